import type { ColumnType, Generated } from 'kysely';

/** Booleans are 0 or 1 and times are milliseconds on every engine. JSON columns hold text. */
type Flag = ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;

export interface UserTable {
  id: Generated<number>;
  name: string;
  /** `name`, NFKC and lower case: unique. */
  name_key: string;
  display_name: string;
  /** `display_name`, NFKC and lower case; empty when it equals `name_key`. */
  display_key: ColumnType<string, string | undefined, string>;
  kind: 'person' | 'guest' | 'bot';
  bio: ColumnType<string, string | undefined, string>;
  avatar: string | null;
  /** `$argon2id$…`, `sha1$<hex>` of an imported account, or null: cannot sign in with a password. */
  password_hash: string | null;
  is_admin: Flag;
  status: ColumnType<'active' | 'disabled', 'active' | 'disabled' | undefined, 'active' | 'disabled'>;
  last_seen_visibility: ColumnType<'everyone' | 'nobody', 'everyone' | 'nobody' | undefined, 'everyone' | 'nobody'>;
  direct_policy: ColumnType<'everyone' | 'nobody', 'everyone' | 'nobody' | undefined, 'everyone' | 'nobody'>;
  last_seen_at: number | null;
  created_at: number;
}

export interface DeviceTable {
  id: Generated<number>;
  user_id: number;
  /** SHA-256 of the token, hex: unique. */
  token_hash: string;
  platform: string;
  name: string;
  created_at: number;
  last_used_at: number;
  expires_at: number;
}

export interface ConversationTable {
  id: Generated<number>;
  kind: 'direct' | 'group' | 'room' | 'channel';
  title: string;
  topic: ColumnType<string, string | undefined, string>;
  avatar: string | null;
  owner_id: number | null;
  is_listed: Flag;
  /** `<lower user id>:<higher user id>` of a direct conversation: unique. */
  direct_key: string | null;
  seq: ColumnType<number, number | undefined, number>;
  version: ColumnType<number, number | undefined, number>;
  meta_version: ColumnType<number, number | undefined, number>;
  min_seq: ColumnType<number, number | undefined, number>;
  /** Active members. */
  member_count: ColumnType<number, number | undefined, number>;
  /** `createdAt` of the last message, so that it never goes back. [D3] */
  last_message_at: ColumnType<number, number | undefined, number>;
  /** When anything of it last changed: what `since` is compared with. */
  changed_at: number;
  created_at: number;
}

/** A row stays after leaving, with what fences the former member's reading. */
export interface MemberTable {
  conversation_id: number;
  user_id: number;
  role: 'owner' | 'admin' | 'member';
  status: 'active' | 'left' | 'removed' | 'banned';
  /** Groups: messages up to here are not visible to this member. */
  join_seq: number;
  read_seq: ColumnType<number, number | undefined, number>;
  delivered_seq: ColumnType<number, number | undefined, number>;
  muted_until: number | null;
  notify: ColumnType<'all' | 'mentions' | 'none', 'all' | 'mentions' | 'none' | undefined, 'all' | 'mentions' | 'none'>;
  joined_at: number;
  /** When this row last changed: part of what `since` is compared with. */
  changed_at: number;
}

export interface MessageTable {
  conversation_id: number;
  seq: number;
  /** Snowflake, as a decimal string. */
  id: string;
  version: number;
  /** `version` when it was sent: what its ack said and says to every retry. [D2] */
  first_version: number;
  sender_id: number;
  client_msg_id: string;
  /** Of content and replyTo as first sent: tells a retry from a conflict. [D2] */
  body_hash: string;
  /** JSON of `Content`. */
  content: string;
  reply_to: number | null;
  /** JSON of `Reaction[]`, or null. */
  reactions: string | null;
  created_at: number;
  edited_at: number | null;
}

export interface RevisionTable {
  conversation_id: number;
  seq: number;
  version: number;
  content: string;
  replaced_at: number;
}

export interface ReactionTable {
  conversation_id: number;
  seq: number;
  user_id: number;
  emoji: string;
  created_at: number;
}

export interface MentionTable {
  user_id: number;
  conversation_id: number;
  seq: number;
}

/** Messages a user deleted for themselves. */
export interface HiddenTable {
  user_id: number;
  conversation_id: number;
  seq: number;
}

export interface BlockTable {
  user_id: number;
  blocked_id: number;
  created_at: number;
}

export interface BanTable {
  conversation_id: number;
  user_id: number;
  reason: string;
  banned_by: number;
  banned_at: number;
}

export interface InviteTable {
  code: string;
  conversation_id: number;
  created_by: number;
  created_at: number;
  expires_at: number | null;
  max_uses: number | null;
  uses: ColumnType<number, number | undefined, number>;
}

/** Answers of POSTs that carried an Idempotency-Key, kept a day. */
export interface IdempotencyTable {
  user_id: number;
  key: string;
  request_hash: string;
  /** JSON of the answer. */
  response: string;
  created_at: number;
}

/** Single values of the installation, such as the search index's watermark. */
export interface SettingTable {
  name: string;
  value: string;
}

/** Conversations the search index is behind of: it holds their changes up to `after_version`. Filled by every change, in its transaction. */
export interface SearchPendingTable {
  conversation_id: number;
  after_version: number;
}

export interface Tables {
  users: UserTable;
  devices: DeviceTable;
  conversations: ConversationTable;
  members: MemberTable;
  messages: MessageTable;
  revisions: RevisionTable;
  reactions: ReactionTable;
  mentions: MentionTable;
  hidden: HiddenTable;
  blocks: BlockTable;
  bans: BanTable;
  invites: InviteTable;
  idempotency: IdempotencyTable;
  settings: SettingTable;
  search_pending: SearchPendingTable;
}
