/**
 * The public surface of the SDK. Everything a page or a program uses is here; `createClient` makes it.
 *
 * Anything that changes by itself is `Live`: `getSnapshot` answers the same object until something changed, so it fits
 * React’s `useSyncExternalStore`. Methods that talk to the server reject with `ParleyError`, whose `code` is stable;
 * they take an `AbortSignal` where waiting may be cut short.
 */
import type {
  Account,
  Ack,
  CloseReason,
  CommandName,
  Conversation,
  ConversationKind,
  Device,
  Invite,
  Member,
  Message,
  ParamsInput,
  ParleyError,
  PresenceState,
  Push,
  Reaction,
  Result,
  Role,
  SendableContent,
  Content,
  User,
} from '@parley/protocol';

/** A value that changes by itself. */
export interface Live<T> {
  /** The value now. The same reference until it changed. */
  getSnapshot(): T;
  /** Calls `listener` after each change. Returns the function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** How long an answer is waited for. */
export interface CallOptions {
  /** Cuts the waiting short: the call rejects with the signal’s reason. What was sent may still be done. */
  readonly signal?: AbortSignal;
  /** How long to wait for the answer; default 10,000. Beyond it: `deadline-exceeded`. */
  readonly timeoutMs?: number;
}

/**
 * Where the session, the outbox and the like survive a reload. Values are text. A refusal is a rejection: the client then goes
 * on in memory and says so by a `storage` event. Everything is asked to answer within 5 s.
 */
export interface KeyValueStorage {
  /** Undefined when there is nothing under that key. */
  get(key: string): Promise<string | undefined>;
  /** Resolves when it survives whatever the storage is made to survive. */
  set(key: string, value: string): Promise<void>;
  /** Also of what is not there. */
  delete(key: string): Promise<void>;
  /** Every key that begins with `prefix`. */
  keys(prefix: string): Promise<readonly string[]>;
}

/** Where the server is and who this program is. In a page served by the server itself all of it may be left out. */
export interface ClientOptions {
  /** The server’s address, such as `https://chat.example.org`. In a browser: default the page’s own origin. */
  readonly url?: string;
  /** A token from signing in, or minted by your back end. Default: the one kept in `storage`. */
  readonly token?: string;
  /** Default: IndexedDB in a browser, memory elsewhere. In Node and Bun, `openFileStorage` of `@parley/sdk/file` keeps it on disk. */
  readonly storage?: KeyValueStorage;
  /**
   * `shared`: the tabs of one browser that are signed in as the same device use one socket between them. `separate`: each has its
   * own. Default `shared`; without Web Locks, such as on a page without TLS, each has its own in any case.
   */
  readonly tabs?: 'shared' | 'separate';
  /** Default `{url}/api/v1`. */
  readonly apiUrl?: string;
  /** Default `{url}/v1/socket` with the scheme ws or wss. */
  readonly socketUrl?: string;
  /** Default: the one beside `socketUrl`, `/v1/stream` with the scheme http or https. */
  readonly streamUrl?: string;
  /** What carries the frames. Default `auto`: a WebSocket, or an event stream over HTTP where no WebSocket gets through. */
  readonly transport?: 'auto' | Transport;
  /** Name and version of your program, for the server’s list of clients. */
  readonly client?: string;
  /** Default `web` in a page, `other` elsewhere. */
  readonly platform?: Device['platform'];
  /** Shown in the list of devices, such as “Firefox on Linux”. */
  readonly deviceName?: string;
}

/* ---------------------------------------------------------------- the client */

/** A client of one server and one account. Made by `createClient`. */
export interface ParleyClient extends AsyncDisposable, AsyncIterable<ClientEvent> {
  /** Whether there is a connection, and when the next try is. */
  readonly connection: Connection;
  /** Who is signed in on this device. */
  readonly account: AccountSession;
  /** One’s own conversations, and how to find more. */
  readonly conversations: Conversations;
  /** Public profiles, each asked for once. */
  readonly users: Users;
  /** Who is online. */
  readonly presence: PresenceWatch;
  /**
   * Loads what was kept (session, outbox) and connects. Resolves when online, or at once with status `signed-out`
   * when there is no session. Afterwards the client comes back by itself after every loss.
   * @throws ParleyError `unauthenticated` when the session is no longer valid; `unavailable` is never thrown: it keeps trying.
   */
  connect(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Closes the socket and stops every timer. The kept session and outbox stay; `connect` takes them up again. */
  close(): Promise<void>;
  /** The handle of a conversation; the same object for the same id. */
  conversation(id: number): ConversationHandle;
  /**
   * Any command of [the protocol](../PROTOCOL.md#commands), typed. Waits while connecting; what only reads is asked again after a
   * loss.
   * @throws ParleyError the command’s own; `unavailable` when offline; `deadline-exceeded` when nothing came in time or the
   * connection was lost: then it may or may not have been done.
   *
   * @example
   * const { items } = await chat.request('message.history', { conversationId: 1, limit: 10 });
   */
  request<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>>;
  /**
   * What this server is and offers. Needs no session.
   * @command server.info
   */
  serverInfo(options?: CallOptions): Promise<Result<'server.info'>>;
  /**
   * Calls `handler` for each event of a type. Returns the function that stops it.
   *
   * @example
   * const stop = chat.on('message', ({ message, isMention }) => {
   *   if (isMention) show(message.content);
   * });
   */
  on<Type extends ClientEvent['type']>(type: Type, handler: (event: EventOf<Type>) => void): () => void;
  /**
   * All events, for `for await`; the client itself is iterable as well. Ends with the signal or with `close()`. Holds at most
   * 10,000 unread.
   * @throws ParleyError `busy` when more are unread.
   *
   * @example
   * for await (const event of chat.events({ signal: AbortSignal.timeout(60_000) })) {
   *   if (event.type === 'message') show(event.message.content);
   * }
   */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<ClientEvent>;
}

/** What happened. `push` carries everything the server says by itself, as it came. */
export type ClientEvent =
  /**
   * A new message, of oneself on any device or of others, once each, in order per conversation. Told from when the client is first
   * online, or a room is open; of more than 10,000 that were missed at once the rest is left to history.
   */
  | { readonly type: 'message'; readonly message: Message; readonly isOwn: boolean; readonly isMention: boolean }
  /** An earlier message was edited, recalled or reacted to. */
  | { readonly type: 'message.updated'; readonly message: Message }
  /** One is in a conversation one was not in before. */
  | { readonly type: 'conversation.added'; readonly conversation: Conversation }
  /** One is no longer in a conversation. */
  | {
      readonly type: 'conversation.removed';
      readonly conversationId: number;
      readonly reason: 'left' | 'removed' | 'banned';
    }
  /** A queued message was refused for good; it waits as `failed` for `retry` or `discard`. */
  | {
      readonly type: 'message.failed';
      readonly conversationId: number;
      readonly clientMsgId: string;
      readonly error: ParleyError;
    }
  /** The connection came, went, or waits to come back. */
  | { readonly type: 'connection'; readonly state: ConnectionState }
  /**
   * The storage is full, forbidden or damaged. `not-kept`: everything goes on, but would not survive a reload; told once until
   * something is kept again. `unreadable`: something an earlier run kept was left out.
   */
  | { readonly type: 'storage'; readonly problem: 'not-kept' | 'unreadable'; readonly error: Error }
  /** The session is over: signed out elsewhere, replaced, disabled. */
  | { readonly type: 'session.ended'; readonly reason: CloseReason }
  /** Everything the server says by itself, as it came: also twice, late, or not at all. */
  | { readonly type: 'push'; readonly push: Push };
/** The event of one type. */
export type EventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>;

/* ---------------------------------------------------------------- connection */

/** What frames go over: a WebSocket, or an event stream over HTTP. */
export type Transport = 'websocket' | 'stream';

/** The connection as it is now. */
export interface ConnectionState {
  /** `offline`: not trying (no session, no network, closed). `waiting`: tries again at `retryAt`. */
  readonly status: 'offline' | 'connecting' | 'online' | 'waiting';
  /** Milliseconds since 1970, by this machine’s clock; only while `waiting`. */
  readonly retryAt?: number;
  /** Attempts since it was online last. */
  readonly attempt: number;
  /** Whether it has been online since `connect`; tells “first connecting” from “lost”. */
  readonly hasBeenOnline: boolean;
  /** How long the last greeting took there and back; only while `online`. */
  readonly roundTripMs?: number;
  /** What it is online over; only while `online`. */
  readonly transport?: Transport;
}

/** The connection, live. */
export interface Connection extends Live<ConnectionState> {
  /** Tries now instead of at `retryAt`. */
  retryNow(): void;
}

/* ---------------------------------------------------------------- account */

/** Who is signed in, as far as this device knows. */
export interface AccountState {
  /** `loading` until the kept session was looked for. */
  readonly status: 'loading' | 'signed-out' | 'signed-in';
  /** Absent until the first answer of the server after a reload, unless it was kept. */
  readonly account?: Account;
  /** This device, as one’s list of devices shows it. */
  readonly device?: Device;
  /** Why it is signed out, when it was not done here. */
  readonly endedBy?: CloseReason;
}

/** The account on this device, live. */
export interface AccountSession extends Live<AccountState> {
  /**
   * Registering and signing in keep the session in `storage` and connect.
   * @command account.register
   */
  register(
    params: { readonly userName: string; readonly password: string; readonly displayName?: string },
    options?: CallOptions,
  ): Promise<Account>;
  /**
   * Signs in with a name and a password.
   * @command session.create
   */
  signIn(params: { readonly userName: string; readonly password: string }, options?: CallOptions): Promise<Account>;
  /**
   * Begins as a guest, without a password. `claim` makes an account of it.
   * @command account.guest
   */
  guest(params?: { readonly displayName?: string }, options?: CallOptions): Promise<Account>;
  /**
   * Turns the guest into an account that keeps everything.
   * @command account.claim
   */
  claim(params: { readonly userName: string; readonly password: string }, options?: CallOptions): Promise<Account>;
  /**
   * Ends the session here and on the server; what was kept on this device for it is deleted.
   * @command session.delete
   */
  signOut(options?: CallOptions): Promise<void>;
  /**
   * Signs out every other device.
   * @command account.changePassword
   */
  changePassword(
    params: { readonly currentPassword: string; readonly newPassword: string },
    options?: CallOptions,
  ): Promise<void>;
  /**
   * Changes one’s own profile and privacy.
   * @command account.update
   */
  update(params: ParamsInput<'account.update'>, options?: CallOptions): Promise<Account>;
  /**
   * Every device that is signed in to this account.
   * @command device.list
   */
  devices(options?: CallOptions): Promise<readonly Device[]>;
  /**
   * Signs another device out; its sockets close within 5 s.
   * @command device.end
   */
  endDevice(deviceId: number, options?: CallOptions): Promise<void>;
  /**
   * No direct messages between the two any more.
   * @command block.add
   */
  block(userId: number, options?: CallOptions): Promise<void>;
  /**
   * Lifts a block.
   * @command block.remove
   */
  unblock(userId: number, options?: CallOptions): Promise<void>;
  /**
   * Whom one has blocked.
   * @command block.list
   */
  blocked(options?: CallOptions): Promise<readonly User[]>;
}

/* ---------------------------------------------------------------- conversations */

/** A conversation as the list shows it. */
export interface ConversationView {
  /** Small, and the same for everyone. */
  readonly id: number;
  /** `direct` has two members; `group` is invited to; `room` is open to everyone signed in; in a `channel` few write. */
  readonly kind: ConversationKind;
  /** The title, or the peer’s display name in a direct conversation. */
  readonly name: string;
  /** What it is about; may be empty. */
  readonly topic: string;
  /** Of the conversation, else of the peer. */
  readonly avatarUrl?: string;
  /** Direct conversations: the other user. */
  readonly peer?: User;
  /** False for a room that is only looked at. */
  readonly isMember: boolean;
  /** One’s own; absent outside. */
  readonly role?: Role;
  /** Absent when there is none, or one hid it for oneself. */
  readonly lastMessage?: Message;
  /** The last message’s time, else the conversation’s own; the list’s order. */
  readonly lastActivityAt: number;
  /** Capped at `limits.unreadMax`. */
  readonly unreadCount: number;
  /** Unread messages that name one. */
  readonly mentionCount: number;
  /** One’s own read cursor. */
  readonly readSeq: number;
  /** One’s own notification level. */
  readonly notify: 'all' | 'mentions' | 'none';
  /** May not write before this. */
  readonly mutedUntil?: number;
  /** How many are in it. Of a room it is as of the last look. */
  readonly memberCount: number;
  /** The last message’s seq. */
  readonly seq: number;
  /** Everything as the server gave it. */
  readonly conversation: Conversation;
}

/** The list of conversations as it is now. */
export interface ConversationsState {
  /** `loading` until the first list is there. */
  readonly status: 'loading' | 'ready';
  /** One’s own conversations, the latest activity first. */
  readonly items: readonly ConversationView[];
  /** Over all that are not muted (`notify: none`). */
  readonly unreadTotal: number;
  /** Unread mentions over the same. */
  readonly mentionTotal: number;
}

/** The list of conversations, live. */
export interface Conversations extends Live<ConversationsState> {
  /** From the list, or one that was looked at from outside. */
  get(id: number): ConversationView | undefined;
  /**
   * The direct conversation with a user; made on first use.
   * @command conversation.direct
   */
  openDirect(userId: number, options?: CallOptions): Promise<ConversationView>;
  /**
   * Makes a group, room or channel. Its first members are told.
   * @command conversation.create
   */
  create(params: ParamsInput<'conversation.create'>, options?: CallOptions): Promise<ConversationView>;
  /**
   * Listed rooms and channels, the most recently used first.
   * @command conversation.browse
   */
  browse(params?: ParamsInput<'conversation.browse'>, options?: CallOptions): Promise<Page<ConversationView>>;
  /**
   * Enters a room or channel that is open.
   * @command conversation.join
   */
  join(id: number, options?: CallOptions): Promise<ConversationView>;
  /**
   * Goes out of it. Its owner hands it over first.
   * @command conversation.leave
   */
  leave(id: number, options?: CallOptions): Promise<void>;
  /**
   * What an invitation leads to.
   * @command invite.get
   */
  previewInvite(code: string, options?: CallOptions): Promise<Result<'invite.get'>>;
  /**
   * Enters what an invitation leads to.
   * @command invite.accept
   */
  acceptInvite(code: string, options?: CallOptions): Promise<ConversationView>;
  /**
   * Full-text search over all one’s conversations, newest first.
   * @command message.search
   */
  search(params: ParamsInput<'message.search'>, options?: CallOptions): Promise<Page<Message>>;
}

/** A part of a longer list. */
export interface Page<T> {
  /** In the order the method names. */
  readonly items: readonly T[];
  /** Pass as `cursor` for the next page; absent at the end. */
  readonly nextCursor?: string;
}

/* ---------------------------------------------------------------- one conversation */

/** What one can do with one conversation. `client.conversation(id)` answers the same handle for the same id, also before the conversation is known. */
export interface ConversationHandle {
  /** The conversation’s. */
  readonly id: number;
  /** Undefined while unknown; see `state`. */
  readonly view: Live<ConversationView | undefined>;
  /** What is shown of its messages, live. */
  readonly messages: Messages;
  /** Who is typing, oneself excluded; the longest first. */
  readonly typing: Live<readonly number[]>;
  /**
   * Says that it is on screen: loads the newest messages, gets every change (rooms only listen while open), and keeps its window in
   * memory. Returns the function that says it no longer is. Counted: open twice, close twice.
   */
  open(): () => void;

  /**
   * Shows the message at once. Resolves with its `clientMsgId` when it is durably queued, which needs the account to be known: one
   * that was never online waits for that. The state follows in `messages`. What waits already under its `clientMsgId` is not
   * queued again; what failed is tried again.
   * @throws ParleyError `busy` when 5,000 already wait; `client-msg-id-conflict` when another one waits under that id;
   * `unavailable` when the client was closed before.
   */
  send(content: SendableContent | string, options?: SendOptions): Promise<string>;
  /**
   * As `send`, but resolves when the server has it for good. `timeoutMs` has no default here: offline it waits. Given up or not,
   * the message stays queued.
   * @throws ParleyError the refusal; `not-found` when it was discarded; `deadline-exceeded` after `timeoutMs`.
   * @command message.send
   */
  sendAndWait(content: SendableContent | string, options?: SendOptions & CallOptions): Promise<Ack>;
  /** Tries a failed message again. */
  retry(clientMsgId: string): Promise<void>;
  /** Forgets a failed or waiting message. */
  discard(clientMsgId: string): Promise<void>;
  /**
   * Replaces the text of one’s own message, within 48 hours. The earlier text is kept, see `revisions`.
   * @command message.edit
   */
  edit(seq: number, content: SendableContent | string, options?: CallOptions): Promise<void>;
  /**
   * Takes it back for everyone.
   * @command message.recall
   */
  recall(seq: number, options?: CallOptions): Promise<void>;
  /**
   * Deletes it for oneself, on all devices.
   * @command message.hide
   */
  hide(seq: number, options?: CallOptions): Promise<void>;
  /**
   * Adds one’s reaction; again changes nothing.
   * @command reaction.add
   */
  react(seq: number, emoji: string, options?: CallOptions): Promise<void>;
  /**
   * Takes one’s reaction back.
   * @command reaction.remove
   */
  unreact(seq: number, emoji: string, options?: CallOptions): Promise<void>;
  /** Moves the read cursor; default to the last message. Only grows; sent coalesced. */
  markRead(seq?: number): void;
  /** Call on every keystroke; it is sent only as often as useful and ends by itself. */
  setTyping(isTyping: boolean): void;

  /**
   * One message, from memory or the server; for quoted replies.
   * @command message.get
   */
  message(seq: number, options?: CallOptions): Promise<Message>;
  /**
   * Full-text search in it, newest first.
   * @command message.search
   */
  search(
    query: string,
    options?: CallOptions & { readonly cursor?: string; readonly limit?: number },
  ): Promise<Page<Message>>;
  /**
   * Who has read a message, and whose devices have it.
   * @command message.receipts
   */
  receipts(seq: number, options?: CallOptions): Promise<Result<'message.receipts'>>;
  /**
   * The earlier texts of a message, oldest first.
   * @command message.revisions
   */
  revisions(seq: number, options?: CallOptions): Promise<Result<'message.revisions'>['items']>;
  /**
   * The seqs of the unread messages that name one.
   * @command message.unread
   */
  mentions(options?: CallOptions): Promise<readonly number[]>;

  /**
   * A page of the members. Rooms can have very many.
   * @command member.list
   */
  members(params?: { readonly cursor?: string; readonly limit?: number }, options?: CallOptions): Promise<Page<Member>>;
  /**
   * Puts people into a group.
   * @command member.add
   */
  addMembers(userIds: readonly number[], options?: CallOptions): Promise<void>;
  /**
   * Puts a member out; they may come back the way they came.
   * @command member.remove
   */
  kick(userId: number, options?: CallOptions): Promise<void>;
  /**
   * Makes a member an admin, or no longer one; `owner` hands the conversation over.
   * @command member.update
   */
  setRole(userId: number, role: Role, options?: CallOptions): Promise<void>;
  /**
   * Until a time in milliseconds since 1970; 0 lifts it.
   * @command member.mute
   */
  mute(userId: number, until: number, options?: CallOptions): Promise<void>;
  /**
   * Puts somebody out and keeps them out.
   * @command ban.add
   */
  ban(userId: number, reason?: string, options?: CallOptions): Promise<void>;
  /**
   * Lets them in again.
   * @command ban.remove
   */
  unban(userId: number, options?: CallOptions): Promise<void>;
  /**
   * Who is kept out, the latest first.
   * @command ban.list
   */
  bans(
    params?: { readonly cursor?: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<Page<Result<'ban.list'>['items'][number]>>;
  /**
   * Makes an invitation code. Without limits it is good until it is revoked.
   * @command invite.create
   */
  createInvite(
    params?: { readonly expiresInMs?: number; readonly maxUses?: number },
    options?: CallOptions,
  ): Promise<Invite>;
  /**
   * The invitations that are still good.
   * @command invite.list
   */
  invites(options?: CallOptions): Promise<readonly Invite[]>;
  /**
   * Makes an invitation no longer good.
   * @command invite.revoke
   */
  revokeInvite(code: string, options?: CallOptions): Promise<void>;
  /**
   * How many users have it open right now.
   * @command presence.count
   */
  onlineCount(options?: CallOptions): Promise<number>;
  /**
   * Title, topic, listing (owner, admins).
   * @command conversation.update
   */
  update(
    params: { readonly title?: string; readonly topic?: string; readonly isListed?: boolean },
    options?: CallOptions,
  ): Promise<void>;
  /**
   * One’s own notification level.
   * @command conversation.settings
   */
  setNotify(notify: 'all' | 'mentions' | 'none', options?: CallOptions): Promise<void>;
  /**
   * Goes out of it. Its owner hands it over first.
   * @command conversation.leave
   */
  leave(options?: CallOptions): Promise<void>;
}

/** What may go along with a message. */
export interface SendOptions {
  /** The seq of the message this answers. */
  readonly replyTo?: number;
  /** Default: a new random one. Give your own to make a retry of yours idempotent. */
  readonly clientMsgId?: string;
}

/** Own messages: how far they are. `received`: somebody else’s. */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/** A message as it is shown: stored, or still on its way. */
export interface MessageItem {
  /** Stable from the local echo to the stored message; fits as a React key. */
  readonly key: string;
  /** Where it is. */
  readonly conversationId: number;
  /** Absent until the server has it. */
  readonly seq?: number;
  /** Unique everywhere, in order of time; decimal digits. Absent until the server has it. */
  readonly id?: string;
  /** Chosen by the sender; the same for every try. */
  readonly clientMsgId: string;
  /** Who wrote it. */
  readonly senderId: number;
  /** Written by oneself, on any device. */
  readonly isOwn: boolean;
  /** Of the server; of this machine until the server has it. */
  readonly createdAt: number;
  /** `text`, `custom` JSON, a `system` event, or `recalled`. */
  readonly content: Content;
  /** The seq of the message it answers. */
  readonly replyTo?: number;
  /** When it was last edited, in milliseconds since 1970, by the server’s clock. */
  readonly editedAt?: number;
  /** Empty when there are none. */
  readonly reactions: readonly Reaction[];
  /** How far it is. */
  readonly state: MessageState;
  /** Why it `failed`, or why it still waits. */
  readonly error?: ParleyError;
}

/** What is shown of a conversation as it is now. */
export interface MessagesState {
  /** `idle` until opened. `failed`: see `error`; opening again or `reload` tries again. */
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  /** Why it `failed`. */
  readonly error?: ParleyError;
  /**
   * A window of the conversation without holes, oldest first; then, when the window reaches the end, what waits in the outbox.
   * Messages hidden for oneself are left out. Unchanged items keep their identity.
   */
  readonly items: readonly MessageItem[];
  /** There is more before the first item. */
  readonly hasOlder: boolean;
  /** There is more after the last item, as after `jumpTo`. */
  readonly hasNewer: boolean;
  /** A `loadOlder` is under way. */
  readonly isLoadingOlder: boolean;
  /** A `loadNewer` is under way. */
  readonly isLoadingNewer: boolean;
  /** Where reading stopped when it was opened: draw the “new messages” line above this seq. Stays until `clearUnreadLine`. */
  readonly firstUnreadSeq?: number;
  /** Changes when the window was replaced as a whole (jump, reset): anchor the scroll position anew. */
  readonly epoch: number;
}

/**
 * A window onto a conversation’s messages, live, kept current while the conversation is open. A page that is on its way is waited
 * for by everyone who asks for it: a signal ends the waiting of whoever gave it.
 */
export interface Messages extends Live<MessagesState> {
  /**
   * One page more at the old end. Resolves when it is in; does nothing when there is none or one is loading.
   * @command message.history
   */
  loadOlder(options?: CallOptions): Promise<void>;
  /**
   * One page more at the new end, after a jump.
   * @command message.history
   */
  loadNewer(options?: CallOptions): Promise<void>;
  /**
   * Replaces the window by one around a seq, unless it is already in it. Resolves with whether the message exists there.
   * @command message.history
   */
  jumpTo(seq: number, options?: CallOptions): Promise<boolean>;
  /**
   * Back to the newest messages. Does nothing when they are shown.
   * @command message.history
   */
  jumpToLatest(options?: CallOptions): Promise<void>;
  /**
   * Loads the newest messages again, such as after `failed`.
   * @command message.history
   */
  reload(options?: CallOptions): Promise<void>;
  /** The line is no longer wanted. */
  clearUnreadLine(): void;
}

/* ---------------------------------------------------------------- users and presence */

/** Public profiles. They are kept in memory and asked for once. */
export interface Users {
  /** A user, live; asks the server (batched) when unknown. */
  live(userId: number): Live<User | undefined>;
  /** From memory; undefined when unknown. Does not ask. */
  peek(userId: number): User | undefined;
  /**
   * A user, from memory or the server.
   * @command user.get
   */
  get(userId: number, options?: CallOptions): Promise<User>;
  /**
   * Several at once; unknown ones are left out.
   * @command user.lookup
   */
  lookup(userIds: readonly number[], options?: CallOptions): Promise<readonly User[]>;
  /**
   * The directory: people whose name begins with the query.
   * @command user.search
   */
  search(params?: ParamsInput<'user.search'>, options?: CallOptions): Promise<Page<User>>;
}

/** Who is online, as far as they let one see it. Ephemeral: at most once, never stored. */
export interface PresenceWatch {
  /** A user’s presence, live while subscribed. Undefined until known. At most `limits.presenceWatchMax` at a time; the earliest give way. */
  live(userId: number): Live<PresenceState | undefined>;
  /** Wants these users’ presence. Returns the function that stops it. */
  watch(userIds: readonly number[]): () => void;
  /**
   * Once, without watching.
   * @command presence.get
   */
  get(userIds: readonly number[], options?: CallOptions): Promise<readonly PresenceState[]>;
}

/* ---------------------------------------------------------------- react (`@parley/sdk/react`)
 * ParleyProvider({ client, children }) · useClient(): ParleyClient · useConnection(): ConnectionState · useAccount(): AccountState
 * useConversations(): ConversationsState
 * useConversation(id): ConversationHandle, held open while mounted · useConversationView(id): ConversationView | undefined
 * useMessages(id): MessagesState · useTyping(id): readonly number[] · usePresence(userId): PresenceState | undefined
 * useUser(userId): User | undefined
 */
