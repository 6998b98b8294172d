import type { Ack, CloseReason, CommandName, Conversation, ParamsInput, Push, Result } from '@parley/protocol';
import { ParleyError } from '@parley/protocol';
import { addressesOf } from './addresses.ts';
import { ChangeFeed } from './change-feed.ts';
import { LiveConnection } from './connection.ts';
import type {
  CallOptions,
  ClientEvent,
  ClientOptions,
  ConversationHandle,
  Conversations,
  EventOf,
  ParleyClient,
} from './contract.ts';
import { conversationOf } from './conversation-of.ts';
import { ConversationDirectory } from './conversation-directory.ts';
import { ConversationList } from './conversation-list.ts';
import type { Core } from './core.ts';
import { CursorSender } from './cursor-sender.ts';
import type { Environment } from './environment.ts';
import { EventHub } from './event-hub.ts';
import { ForgivingStorage } from './forgiving-storage.ts';
import { isPushed } from './open-conversation.ts';
import { OpenConversations } from './open-conversations.ts';
import { Outbox } from './outbox.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { Outcomes } from './outcomes.ts';
import { OwnAccount } from './own-account.ts';
import { PresenceList } from './presence-list.ts';
import { settled } from './settled.ts';
import { defaultStorage } from './storage.ts';
import { Timers } from './timers.ts';
import { UserCache } from './user-cache.ts';

/** The parts of a client, put together. */
export class Client implements ParleyClient {
  readonly connection: LiveConnection;
  readonly account: OwnAccount;
  readonly conversations: Conversations;
  readonly users: UserCache;
  readonly presence: PresenceList;
  readonly #core: Core;
  readonly #list: ConversationList;
  readonly #outbox: Outbox;
  readonly #cursors: CursorSender;
  readonly #feed: ChangeFeed;
  readonly #opened: OpenConversations;
  readonly #outcomes: Outcomes;
  readonly #clientName: string | undefined;
  readonly #timers: Timers;
  #loadedFor = 0;

  constructor(options: ClientOptions, place: Environment) {
    const { apiUrl, socketUrl } = addressesOf(options);
    this.#clientName = options.client;
    this.#timers = new Timers(place);
    this.#core = this.#makeCore(options, place);
    const { environment } = this.#core;
    this.#outcomes = new Outcomes(environment);
    this.#list = new ConversationList(this.#core);
    this.#cursors = new CursorSender(this.#core);
    this.#feed = new ChangeFeed(this.#core);
    this.users = new UserCache(this.#core);
    this.presence = new PresenceList(this.#core);
    this.#outbox = this.#makeOutbox();
    this.#opened = new OpenConversations({
      core: this.#core,
      users: this.users,
      list: this.#list,
      cursors: this.#cursors,
      outbox: this.#outbox,
      feed: this.#feed,
      outcomes: this.#outcomes,
    });
    this.conversations = new ConversationDirectory({ core: this.#core, list: this.#list, users: this.users });
    this.account = new OwnAccount({
      core: this.#core,
      options,
      apiUrl,
      signedIn: () => this.#restart(),
      signedOut: () => this.#signedOut(),
      signedOutBeside: () => (this.connection.stop(), this.#ended('signed-out')),
    });
    this.connection = new LiveConnection(environment, socketUrl, {
      hello: () => this.#hello(),
      welcomed: (welcome) => this.#welcomed(welcome),
      pushed: (push) => this.#pushed(push),
      ended: (reason) => this.#ended(reason),
    });
    this.connection.subscribe(() => this.#connectionChanged());
  }

  async connect(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.account.load();
    options.signal?.throwIfAborted();
    if (this.account.token === undefined) return;
    await this.#loadOutbox();
    this.connection.start();
    await settled(this, this.#core.environment, options);
  }

  async close(): Promise<void> {
    this.connection.stop();
    this.#outbox.stop();
    this.account.close();
    this.#core.environment.siblings?.leave();
    this.#core.events.close();
    this.#outcomes.close(new ParleyError('unavailable', 'The client was closed.'));
    this.#timers.finish();
    this.#loadedFor = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<ClientEvent> {
    return this.events()[Symbol.asyncIterator]();
  }

  conversation(id: number): ConversationHandle {
    return this.#opened.handle(id);
  }

  request<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>> {
    return this.#core.request(command, params, options);
  }

  serverInfo(options?: CallOptions): Promise<Result<'server.info'>> {
    return this.account.serverInfo(options);
  }

  on<Type extends ClientEvent['type']>(type: Type, handler: (event: EventOf<Type>) => void): () => void {
    return this.#core.events.on(type, handler);
  }

  events(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<ClientEvent> {
    return this.#core.events.stream(options.signal);
  }

  #makeCore(options: ClientOptions, place: Environment): Core {
    const events = new EventHub();
    return {
      environment: { ...place, after: this.#timers.after },
      // What is being kept when the client is closed keeps its time.
      storage: new ForgivingStorage(place, options.storage ?? defaultStorage(), (event) => events.emit(event)),
      events,
      ownId: () => this.account.getSnapshot().account?.id ?? 0,
      isOnline: () => this.connection.isOnline,
      request: (command, params, options) => this.connection.request(command, params, options),
      requestOnce: (command, params, options) => this.connection.requestOnce(command, params, options),
    };
  }

  #makeOutbox(): Outbox {
    return new Outbox(this.#core, {
      queued: (entry) => this.#opened.get(entry.conversationId)?.queued(entry),
      moved: (entry) => this.#opened.get(entry.conversationId)?.moved(entry),
      acked: (entry, ack) => this.#acked(entry, ack),
      failed: (entry, error) => this.#failed(entry, error),
      discarded: (entry) => this.#discarded(entry),
    });
  }

  #hello(): ParamsInput<'session.hello'> | undefined {
    const { token } = this.account;
    if (token === undefined) return undefined;
    const { since } = this.#list;
    return {
      token,
      ...(since === undefined ? {} : { since }),
      ...(this.#clientName === undefined ? {} : { client: this.#clientName }),
    };
  }

  #welcomed(welcome: Result<'session.hello'>): void {
    this.account.welcomed(welcome.account, welcome.device);
    this.users.put([welcome.account]);
    for (const id of welcome.removedIds) this.#removed(id, 'removed');
    this.#list.apply(welcome);
    for (const conversation of welcome.conversations) this.#learned(conversation);
  }

  /** A conversation as the server gives it: what it says of others, of heads, of what was delivered. */
  #learned(conversation: Conversation): void {
    if (conversation.peer !== undefined) this.users.put([conversation.peer]);
    if (isPushed(conversation)) this.#feed.head(conversation);
    this.#opened.get(conversation.id)?.window.dispatch({ type: 'head', version: conversation.version });
    const { membership, lastMessage } = conversation;
    if (membership === undefined || !isPushed(conversation) || conversation.seq <= membership.deliveredSeq) return;
    if (lastMessage?.senderId !== this.#core.ownId())
      this.#cursors.advance(conversation.id, { deliveredSeq: conversation.seq });
  }

  #connectionChanged(): void {
    const state = this.connection.getSnapshot();
    this.#core.events.emit({ type: 'connection', state });
    if (state.status !== 'online') return;
    this.#opened.resume();
    void this.#loadOutbox();
    this.#outbox.resume();
    this.#cursors.resume();
    this.presence.resume();
    this.users.resume();
  }

  #pushed(push: Push): void {
    if (push.push === 'conversation.added') this.#added(push.conversation);
    if (push.push === 'conversation.removed') this.#removed(push.conversationId, push.reason);
    this.#list.pushed(push);
    const id = conversationOf(push);
    if (id !== undefined) this.#opened.get(id)?.pushed(push);
    switch (push.push) {
      case 'message.changed':
        this.#feed.pushed(push);
        this.#delivered(push.message.conversationId, push.message.seq, push.message.senderId);
        break;
      case 'conversation.changed':
        this.#feed.pushed(push);
        break;
      case 'conversation.head':
        if (isPushed(this.#list.get(push.conversationId)))
          this.#feed.head({ id: push.conversationId, version: push.version, seq: push.seq });
        break;
      case 'conversation.added':
        this.#learned(push.conversation);
        break;
      case 'user.changed':
        this.users.put([push.user]);
        this.account.userChanged(push.user);
        break;
      case 'presence':
        this.presence.put([push.presence]);
        break;
      case 'cursor.moved':
      case 'message.hidden':
      case 'typing':
      case 'server.draining':
      case 'conversation.removed':
        break;
    }
    this.#core.events.emit({ type: 'push', push });
  }

  /** Also comes when only one's own settings changed. */
  #added(conversation: Conversation): void {
    if (this.#list.get(conversation.id)?.membership !== undefined) return;
    this.#core.events.emit({ type: 'conversation.added', conversation });
  }

  #delivered(conversationId: number, seq: number, senderId: number): void {
    if (senderId === this.#core.ownId()) return;
    const conversation = this.#list.get(conversationId);
    if (isPushed(conversation) && seq > (conversation?.membership?.deliveredSeq ?? 0))
      this.#cursors.advance(conversationId, { deliveredSeq: seq });
  }

  /** Before the list forgets it, so that who hears of it can still say its name. */
  #removed(conversationId: number, reason: EventOf<'conversation.removed'>['reason']): void {
    this.#feed.forget(conversationId);
    this.#core.events.emit({ type: 'conversation.removed', conversationId, reason });
  }

  #ended(reason: CloseReason): void {
    this.#forget();
    void this.account.ended(reason);
    this.#core.events.emit({ type: 'session.ended', reason });
  }

  /** Somebody signed in here. */
  #restart(): void {
    this.connection.stop();
    this.#forget();
    void this.#loadOutbox();
    this.connection.start();
  }

  async #signedOut(): Promise<void> {
    this.connection.stop();
    await this.#outbox.clear();
    this.#forget();
  }

  #forget(): void {
    this.#outbox.stop();
    this.#outcomes.close(new ParleyError('unauthenticated', 'The session has ended.'));
    this.#loadedFor = 0;
    this.#list.clear();
    this.#cursors.clear();
    this.#feed.clear();
    this.users.clear();
    this.#opened.clear();
  }

  /** Once per account; before it is known there is nothing to look for. */
  async #loadOutbox(): Promise<void> {
    const ownId = this.#core.ownId();
    if (ownId === 0 || this.#loadedFor === ownId) return;
    this.#loadedFor = ownId;
    await this.#outbox.load();
  }

  #acked(entry: OutboxEntry, ack: Ack): void {
    this.#opened.get(entry.conversationId)?.acked(entry, ack);
    this.#outcomes.acked(entry, ack);
  }

  #failed(entry: OutboxEntry, error: ParleyError): void {
    const { conversationId, clientMsgId } = entry;
    this.#opened.get(conversationId)?.window.dispatch({ type: 'refused', clientMsgId, error });
    this.#core.events.emit({ type: 'message.failed', conversationId, clientMsgId, error });
    this.#outcomes.failed(entry, error);
  }

  #discarded(entry: OutboxEntry): void {
    this.#opened.get(entry.conversationId)?.window.dispatch({ type: 'discarded', clientMsgId: entry.clientMsgId });
    this.#outcomes.failed(entry, new ParleyError('not-found', 'The message was discarded.'));
  }
}
