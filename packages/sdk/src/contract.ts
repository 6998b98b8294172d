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

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** How long to wait for the answer; default 10,000. Beyond it: `deadline-exceeded`. */
  readonly timeoutMs?: number;
}

/**
 * Where the session, the outbox and the like survive a reload. Values are text. A refusal is a rejection: the client then goes
 * on in memory and says so by a `storage` event. Everything is asked to answer within 5 s.
 */
export interface KeyValueStorage {
  get(key: string): Promise<string | undefined>;
  /** Resolves when it survives whatever the storage is made to survive. */
  set(key: string, value: string): Promise<void>;
  /** Also of what is not there. */
  delete(key: string): Promise<void>;
  /** Every key that begins with `prefix`. */
  keys(prefix: string): Promise<readonly string[]>;
}

export interface ClientOptions {
  /** The server’s address, such as `https://chat.example.org`. In a browser: default the page’s own origin. */
  readonly url?: string;
  /** A token from signing in, or minted by your back end. Default: the one kept in `storage`. */
  readonly token?: string;
  /** Default: IndexedDB in a browser, memory elsewhere. In Node and Bun, `fileStorage` of `@parley/sdk/file` keeps it on disk. */
  readonly storage?: KeyValueStorage;
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
  readonly platform?: Device['platform'];
  /** Shown in the list of devices, such as “Firefox on Linux”. */
  readonly deviceName?: string;
}

/* ---------------------------------------------------------------- the client */

export interface ParleyClient extends AsyncDisposable, AsyncIterable<ClientEvent> {
  readonly connection: Connection;
  readonly account: AccountSession;
  readonly conversations: Conversations;
  readonly users: Users;
  readonly presence: PresenceWatch;
  /**
   * Loads what was kept (session, outbox) and connects. Resolves when online, or at once with status `signed-out`
   * when there is no session. Afterwards the client comes back by itself after every loss.
   * @throws ParleyError `unauthenticated` when the session is no longer valid; `unavailable` is never thrown: it keeps trying.
   */
  connect(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Closes the socket and stops every timer. The kept session and outbox stay. */
  close(): Promise<void>;
  /** The handle of a conversation; the same object for the same id. */
  conversation(id: number): ConversationHandle;
  /** Any command, typed by the table in `@parley/protocol`. Waits while connecting; `unavailable` when offline. */
  request<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>>;
  /** What this server is and offers. Needs no session. */
  serverInfo(options?: CallOptions): Promise<Result<'server.info'>>;
  /** Calls `handler` for each event of a type. Returns the function that stops it. */
  on<Type extends ClientEvent['type']>(type: Type, handler: (event: EventOf<Type>) => void): () => void;
  /** All events: `for await (const event of client.events())`. Ends with the signal or with `close()`. Holds at most 10,000 unread, then throws `busy`. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<ClientEvent>;
}

/** What happened. `push` carries everything the server says by itself, as it came. */
export type ClientEvent =
  /** A new message, of oneself on any device or of others, once each, in order per conversation. */
  | { readonly type: 'message'; readonly message: Message; readonly isOwn: boolean; readonly isMention: boolean }
  /** An earlier message was edited, recalled or reacted to. */
  | { readonly type: 'message.updated'; readonly message: Message }
  | { readonly type: 'conversation.added'; readonly conversation: Conversation }
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
  | { readonly type: 'connection'; readonly state: ConnectionState }
  /** The session is over: signed out elsewhere, replaced, disabled. */
  /**
   * The storage is full, forbidden or damaged. `not-kept`: everything goes on, but would not survive a reload; told once until
   * something is kept again. `unreadable`: something an earlier run kept was left out.
   */
  | { readonly type: 'storage'; readonly problem: 'not-kept' | 'unreadable'; readonly error: Error }
  | { readonly type: 'session.ended'; readonly reason: CloseReason }
  | { readonly type: 'push'; readonly push: Push };
export type EventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>;

/* ---------------------------------------------------------------- connection */

/** What frames go over: a WebSocket, or an event stream over HTTP. */
export type Transport = 'websocket' | 'stream';

export interface ConnectionState {
  /** `offline`: not trying (no session, no network, closed). `waiting`: tries again at `retryAt`. */
  readonly status: 'offline' | 'connecting' | 'online' | 'waiting';
  /** Milliseconds since 1970, by this machine’s clock; only while `waiting`. */
  readonly retryAt?: number;
  /** Attempts since it was online last. */
  readonly attempt: number;
  /** Whether it has been online since `connect`; tells “first connecting” from “lost”. */
  readonly hasBeenOnline: boolean;
  readonly roundTripMs?: number;
  /** What it is online over; only while `online`. */
  readonly transport?: Transport;
}

export interface Connection extends Live<ConnectionState> {
  /** Tries now instead of at `retryAt`. */
  retryNow(): void;
}

/* ---------------------------------------------------------------- account */

export interface AccountState {
  /** `loading` until the kept session was looked for. */
  readonly status: 'loading' | 'signed-out' | 'signed-in';
  /** Absent until the first answer of the server after a reload, unless it was kept. */
  readonly account?: Account;
  readonly device?: Device;
  /** Why it is signed out, when it was not done here. */
  readonly endedBy?: CloseReason;
}

export interface AccountSession extends Live<AccountState> {
  /** Registering and signing in keep the session in `storage` and connect. */
  register(
    params: { readonly userName: string; readonly password: string; readonly displayName?: string },
    options?: CallOptions,
  ): Promise<Account>;
  signIn(params: { readonly userName: string; readonly password: string }, options?: CallOptions): Promise<Account>;
  guest(params?: { readonly displayName?: string }, options?: CallOptions): Promise<Account>;
  /** Turns the guest into an account that keeps everything. */
  claim(params: { readonly userName: string; readonly password: string }): Promise<Account>;
  /** Ends the session here and on the server; what was kept on this device for it is deleted. */
  signOut(): Promise<void>;
  changePassword(params: { readonly currentPassword: string; readonly newPassword: string }): Promise<void>;
  update(params: ParamsInput<'account.update'>): Promise<Account>;
  devices(options?: CallOptions): Promise<readonly Device[]>;
  endDevice(deviceId: number): Promise<void>;
  block(userId: number): Promise<void>;
  unblock(userId: number): Promise<void>;
  blocked(options?: CallOptions): Promise<readonly User[]>;
}

/* ---------------------------------------------------------------- conversations */

/** A conversation as the list shows it. */
export interface ConversationView {
  readonly id: number;
  readonly kind: ConversationKind;
  /** The title, or the peer’s display name in a direct conversation. */
  readonly name: string;
  readonly topic: string;
  readonly avatarUrl?: string;
  /** Direct conversations: the other user. */
  readonly peer?: User;
  readonly isMember: boolean;
  readonly role?: Role;
  readonly lastMessage?: Message;
  /** The last message’s time, else the conversation’s own; the list’s order. */
  readonly lastActivityAt: number;
  /** Capped at `limits.unreadMax`. */
  readonly unreadCount: number;
  readonly mentionCount: number;
  /** One’s own read cursor. */
  readonly readSeq: number;
  readonly notify: 'all' | 'mentions' | 'none';
  /** May not write before this. */
  readonly mutedUntil?: number;
  readonly memberCount: number;
  /** The last message’s seq. */
  readonly seq: number;
  /** Everything as the server gave it. */
  readonly conversation: Conversation;
}

export interface ConversationsState {
  /** `loading` until the first list is there. */
  readonly status: 'loading' | 'ready';
  /** One’s own conversations, the latest activity first. */
  readonly items: readonly ConversationView[];
  /** Over all that are not muted (`notify: none`). */
  readonly unreadTotal: number;
  readonly mentionTotal: number;
}

export interface Conversations extends Live<ConversationsState> {
  /** From the list, or one that was looked at from outside. */
  get(id: number): ConversationView | undefined;
  /** The direct conversation with a user; made on first use. */
  openDirect(userId: number): Promise<ConversationView>;
  create(params: ParamsInput<'conversation.create'>): Promise<ConversationView>;
  /** Listed rooms and channels, the most recently used first. */
  browse(params?: ParamsInput<'conversation.browse'>, options?: CallOptions): Promise<Page<ConversationView>>;
  join(id: number): Promise<ConversationView>;
  leave(id: number): Promise<void>;
  /** What an invitation leads to. */
  previewInvite(code: string, options?: CallOptions): Promise<Result<'invite.get'>>;
  acceptInvite(code: string): Promise<ConversationView>;
  /** Full-text search over all one’s conversations, newest first. */
  search(params: ParamsInput<'message.search'>, options?: CallOptions): Promise<Page<Message>>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `cursor` for the next page; absent at the end. */
  readonly nextCursor?: string;
}

/* ---------------------------------------------------------------- one conversation */

export interface ConversationHandle {
  readonly id: number;
  /** Undefined while unknown; see `state`. */
  readonly view: Live<ConversationView | undefined>;
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
  /** As `send`, but resolves when the server has it for good. @throws ParleyError when it was refused. */
  sendAndWait(content: SendableContent | string, options?: SendOptions & CallOptions): Promise<Ack>;
  /** Tries a failed message again. */
  retry(clientMsgId: string): Promise<void>;
  /** Forgets a failed or waiting message. */
  discard(clientMsgId: string): Promise<void>;
  edit(seq: number, content: SendableContent | string): Promise<void>;
  /** Takes it back for everyone. */
  recall(seq: number): Promise<void>;
  /** Deletes it for oneself, on all devices. */
  hide(seq: number): Promise<void>;
  react(seq: number, emoji: string): Promise<void>;
  unreact(seq: number, emoji: string): Promise<void>;
  /** Moves the read cursor; default to the last message. Only grows; sent coalesced. */
  markRead(seq?: number): void;
  /** Call on every keystroke; it is sent only as often as useful and ends by itself. */
  setTyping(isTyping: boolean): void;

  /** One message, from memory or the server; for quoted replies. */
  message(seq: number, options?: CallOptions): Promise<Message>;
  search(
    query: string,
    options?: CallOptions & { readonly cursor?: string; readonly limit?: number },
  ): Promise<Page<Message>>;
  receipts(seq: number, options?: CallOptions): Promise<Result<'message.receipts'>>;
  revisions(seq: number, options?: CallOptions): Promise<Result<'message.revisions'>['items']>;
  mentions(options?: CallOptions): Promise<readonly number[]>;

  members(params?: { readonly cursor?: string; readonly limit?: number }, options?: CallOptions): Promise<Page<Member>>;
  addMembers(userIds: readonly number[]): Promise<void>;
  kick(userId: number): Promise<void>;
  setRole(userId: number, role: Role): Promise<void>;
  /** Until a time in milliseconds since 1970; 0 lifts it. */
  mute(userId: number, until: number): Promise<void>;
  ban(userId: number, reason?: string): Promise<void>;
  unban(userId: number): Promise<void>;
  bans(
    params?: { readonly cursor?: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<Page<Result<'ban.list'>['items'][number]>>;
  createInvite(params?: { readonly expiresInMs?: number; readonly maxUses?: number }): Promise<Invite>;
  invites(options?: CallOptions): Promise<readonly Invite[]>;
  revokeInvite(code: string): Promise<void>;
  /** How many users have it open right now. */
  onlineCount(options?: CallOptions): Promise<number>;
  /** Title, topic, listing (owner, admins). */
  update(params: { readonly title?: string; readonly topic?: string; readonly isListed?: boolean }): Promise<void>;
  /** One’s own notification level. */
  setNotify(notify: 'all' | 'mentions' | 'none'): Promise<void>;
  leave(): Promise<void>;
}

export interface SendOptions {
  /** The seq of the message this answers. */
  readonly replyTo?: number;
  /** Default: a new random one. Give your own to make a retry of yours idempotent. */
  readonly clientMsgId?: string;
}

/** Own messages: how far they are. `received`: somebody else’s. */
export type MessageState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

export interface MessageItem {
  /** Stable from the local echo to the stored message; fits as a React key. */
  readonly key: string;
  readonly conversationId: number;
  /** Absent until the server has it. */
  readonly seq?: number;
  readonly id?: string;
  readonly clientMsgId: string;
  readonly senderId: number;
  readonly isOwn: boolean;
  /** Of the server; of this machine until the server has it. */
  readonly createdAt: number;
  readonly content: Content;
  readonly replyTo?: number;
  readonly editedAt?: number;
  readonly reactions: readonly Reaction[];
  readonly state: MessageState;
  /** Why it `failed`, or why it still waits. */
  readonly error?: ParleyError;
}

export interface MessagesState {
  /** `idle` until opened. `failed`: see `error`; opening again or `reload` tries again. */
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  readonly error?: ParleyError;
  /**
   * A window of the conversation without holes, oldest first; then, when the window reaches the end, what waits in the outbox.
   * Messages hidden for oneself are left out. Unchanged items keep their identity.
   */
  readonly items: readonly MessageItem[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly isLoadingOlder: boolean;
  readonly isLoadingNewer: boolean;
  /** Where reading stopped when it was opened: draw the “new messages” line above this seq. Stays until `clearUnreadLine`. */
  readonly firstUnreadSeq?: number;
  /** Changes when the window was replaced as a whole (jump, reset): anchor the scroll position anew. */
  readonly epoch: number;
}

export interface Messages extends Live<MessagesState> {
  /** One page more at the old end. Resolves when it is in; does nothing when there is none or one is loading. */
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Replaces the window by one around a seq, unless it is already in it. Resolves with whether the message exists there. */
  jumpTo(seq: number): Promise<boolean>;
  jumpToLatest(): Promise<void>;
  /** Loads the newest messages again, such as after `failed`. */
  reload(): Promise<void>;
  clearUnreadLine(): void;
}

/* ---------------------------------------------------------------- users and presence */

export interface Users {
  /** A user, live; asks the server (batched) when unknown. */
  live(userId: number): Live<User | undefined>;
  /** From memory; undefined when unknown. Does not ask. */
  peek(userId: number): User | undefined;
  get(userId: number, options?: CallOptions): Promise<User>;
  lookup(userIds: readonly number[], options?: CallOptions): Promise<readonly User[]>;
  /** The directory: people whose name begins with the query. */
  search(params?: ParamsInput<'user.search'>, options?: CallOptions): Promise<Page<User>>;
}

export interface PresenceWatch {
  /** A user’s presence, live while subscribed. Undefined until known. At most `limits.presenceWatchMax` at a time; the earliest give way. */
  live(userId: number): Live<PresenceState | undefined>;
  /** Wants these users’ presence. Returns the function that stops it. */
  watch(userIds: readonly number[]): () => void;
  get(userIds: readonly number[], options?: CallOptions): Promise<readonly PresenceState[]>;
}

/* ---------------------------------------------------------------- react (`@parley/sdk/react`)
 * ParleyProvider({ client, children }) · useClient(): ParleyClient · useConnection(): ConnectionState · useAccount(): AccountState
 * useConversations(): ConversationsState
 * useConversation(id): ConversationHandle, held open while mounted · useConversationView(id): ConversationView | undefined
 * useMessages(id): MessagesState · useTyping(id): readonly number[] · usePresence(userId): PresenceState | undefined
 * useUser(userId): User | undefined
 */
