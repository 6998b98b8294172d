import { ParleyError, type Conversation, type Membership, type Message } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { conversationMeta } from './conversation-meta.ts';
import { loadViewRows, type ViewRow } from './conversation-view-rows.ts';
import { messageView, type MessageRow } from './message-view.ts';
import { countUnread, type UnreadCounts } from './unread-counts.ts';
import { userView } from './user-view.ts';

export { conversationMeta } from './conversation-meta.ts';

/**
 * Conversations as one user sees them, in the order of `conversationIds`; unknown ids are left out. Two queries for all of
 * them, one when there is nothing unread. Whether the user may see them the caller has decided.
 */
export async function conversationViews(
  db: Kysely<Tables>,
  userId: number,
  conversationIds: readonly number[],
): Promise<Conversation[]> {
  const rows = await loadViewRows(db, { userId, conversationIds });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const unreadIds = rows.filter(hasUnread).map((row) => row.id);
  const counts = unreadIds.length === 0 ? noCounts : await countUnread(db, { userId, conversationIds: unreadIds });
  return conversationIds.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [viewOf(row, counts.get(id))];
  });
}

/** One conversation as a user sees it. @throws ParleyError `not-found` */
export async function conversationView(
  db: Kysely<Tables>,
  userId: number,
  conversationId: number,
): Promise<Conversation> {
  const [view] = await conversationViews(db, userId, [conversationId]);
  if (view === undefined) throw new ParleyError('not-found');
  return view;
}

const noCounts: ReadonlyMap<number, UnreadCounts> = new Map();

function hasUnread(row: ViewRow): boolean {
  return row.status === 'active' && (row.read_seq ?? 0) < row.seq;
}

function viewOf(row: ViewRow, counts: UnreadCounts | undefined): Conversation {
  const view: Conversation = {
    ...conversationMeta({
      ...row,
      ownerId: row.owner_id,
      isListed: row.is_listed === 1,
      createdAt: row.created_at,
      metaVersion: row.meta_version,
    }),
    seq: row.seq,
    version: row.version,
    minSeq: row.min_seq,
    memberCount: row.member_count,
  };
  const lastMessage = lastMessageOf(row);
  if (lastMessage !== undefined) view.lastMessage = lastMessage;
  addPeer(view, row);
  addCursors(view, row);
  if (row.status === 'active') view.membership = membershipOf(row, counts);
  return view;
}

/** Not what lies before one's joining a group, nor what one deleted for oneself. [D8] */
function lastMessageOf(row: ViewRow): Message | undefined {
  const isFenced = row.kind === 'group' && row.seq <= (row.join_seq ?? row.seq);
  if (isFenced || row.hidden_seq !== null || row.last_id === null) return undefined;
  const message: Partial<MessageRow> = {
    conversation_id: row.id,
    seq: row.seq,
    id: row.last_id,
    version: row.last_version ?? 0,
    sender_id: row.last_sender_id ?? 0,
    client_msg_id: row.last_client_msg_id ?? '',
    content: row.last_content ?? '',
    reply_to: row.last_reply_to,
    reactions: row.last_reactions,
    created_at: row.last_created_at ?? 0,
    edited_at: row.last_edited_at,
  };
  return messageView(message as MessageRow);
}

function addPeer(view: Conversation, row: ViewRow): void {
  if (row.peer_id === null) return;
  view.peer = userView({
    id: row.peer_id,
    name: row.peer_name ?? '',
    display_name: row.peer_display_name ?? '',
    kind: row.peer_kind ?? 'person',
    bio: row.peer_bio ?? '',
    avatar: row.peer_avatar,
  });
}

/** Only members see how far the others are. */
function addCursors(view: Conversation, row: ViewRow): void {
  if (row.status !== 'active' || row.others_read_seq === null) return;
  view.peerReadSeq = row.others_read_seq;
  view.peerDeliveredSeq = row.others_delivered_seq ?? 0;
}

function membershipOf(row: ViewRow, counts: UnreadCounts | undefined): Membership {
  const membership: Membership = {
    role: row.role ?? 'member',
    joinSeq: row.kind === 'group' ? (row.join_seq ?? 0) : 0,
    readSeq: row.read_seq ?? 0,
    deliveredSeq: row.delivered_seq ?? 0,
    unreadCount: counts?.unread ?? 0,
    mentionCount: counts?.mentions ?? 0,
    notify: row.notify ?? 'all',
  };
  if (row.muted_until !== null) membership.mutedUntil = row.muted_until;
  return membership;
}
