import { ParleyError, type Ack, type Conversation, type Message, type Push } from '@parley/protocol';
import type { ChangeFeed } from './change-feed.ts';
import type { CallOptions } from './contract.ts';
import type { ConversationList } from './conversation-list.ts';
import type { Core } from './core.ts';
import type { CursorSender } from './cursor-sender.ts';
import { MessageWindow } from './message-window.ts';
import type { Outbox } from './outbox.ts';
import { pendingOf, type OutboxEntry } from './outbox-entry.ts';
import { findRow } from './sync-state.ts';
import { Typing } from './typing.ts';
import type { UserCache } from './user-cache.ts';

/** Leaving and coming back within this is no leaving. */
const lingerMs = 1_000;
const retryMs = 2_000;

export interface ConversationParts {
  readonly core: Core;
  readonly users: UserCache;
  readonly list: ConversationList;
  readonly cursors: CursorSender;
  readonly outbox: Outbox;
  readonly feed: ChangeFeed;
  /** It is no longer on screen. */
  closed(conversationId: number): void;
}

/** One conversation as this device follows it: its window, who types, whether it is on screen. */
export class OpenConversation {
  readonly #parts: ConversationParts;
  readonly id: number;
  readonly window: MessageWindow;
  readonly typing: Typing;
  #openCount = 0;
  #isEntered = false;
  #isLineDue = false;
  #isRefreshing = false;
  #isRefreshDue = false;

  constructor(parts: ConversationParts, id: number) {
    this.#parts = parts;
    this.id = id;
    this.window = new MessageWindow({
      core: parts.core,
      users: parts.users,
      conversationId: id,
      marks: () => this.#marks(),
      revived: () => {
        if (this.#isEntered) void this.refresh();
      },
    });
    this.typing = new Typing(parts.core, id);
    parts.list.view(id).subscribe(() => this.window.marksMoved());
    for (const entry of parts.outbox.entriesOf(id)) this.window.dispatch({ type: 'queued', pending: pendingOf(entry) });
  }

  get isOpen(): boolean {
    return this.#isEntered;
  }

  open(): () => void {
    this.#openCount++;
    if (!this.#isEntered) this.#enter();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#openCount--;
      this.#parts.core.environment.after(lingerMs, () => this.#exitUnlessOpen());
    };
  }

  /** Connected anew: what is on screen listens again and is made current. */
  resume(): void {
    this.window.setOwner(this.#parts.core.ownId());
    if (this.#isEntered) void this.refresh();
  }

  /** One at a time; what happened meanwhile asks for another. */
  async refresh(): Promise<void> {
    this.#isRefreshDue = true;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    while (this.#isRefreshDue) {
      this.#isRefreshDue = false;
      await this.#refreshOnce();
    }
    this.#isRefreshing = false;
  }

  /** Listens first, then fetches. [D6] */
  async #refreshOnce(): Promise<void> {
    try {
      const isListening = isPushed(this.#parts.list.get(this.id));
      const early = isListening && !this.window.state.isLoaded ? this.window.refresh(undefined) : undefined;
      // Looked at below, unless the watch fails first.
      early?.catch(() => undefined);
      const { version } = await this.#watch();
      await early;
      if (early === undefined) await this.window.refresh(version);
      else this.window.dispatch({ type: 'head', version });
    } catch (error) {
      this.#failed(error);
    }
  }

  pushed(push: Push): void {
    if (push.push === 'message.changed') {
      this.typing.heard(push.message.senderId, false);
      this.window.dispatch({ type: 'push', change: push });
    } else if (push.push === 'conversation.changed') this.window.dispatch({ type: 'push', change: push });
    else if (push.push === 'conversation.head') this.window.dispatch({ type: 'head', version: push.version });
    else if (push.push === 'message.hidden') this.window.dispatch({ type: 'hidden', seq: push.seq });
    else if (push.push === 'typing') this.typing.heard(push.userId, push.isTyping);
    else if (push.push === 'conversation.removed')
      this.window.fail(new ParleyError(push.reason === 'banned' ? 'banned' : 'not-member'));
    else if (push.push === 'conversation.added' && this.#isEntered) void this.refresh();
  }

  queued(entry: OutboxEntry): void {
    this.window.dispatch({ type: 'queued', pending: pendingOf(entry) });
  }

  /** To the end of what waits. */
  moved(entry: OutboxEntry): void {
    this.window.dispatch({ type: 'discarded', clientMsgId: entry.clientMsgId });
    this.queued(entry);
  }

  acked(entry: OutboxEntry, ack: Ack): void {
    this.window.dispatch({ type: 'acked', clientMsgId: entry.clientMsgId, ack });
  }

  async message(seq: number, options?: CallOptions): Promise<Message> {
    const held = findRow(this.window.state, seq);
    if (held !== undefined) return held;
    return (await this.#parts.core.request('message.get', { conversationId: this.id, seq }, options)).message;
  }

  forget(): void {
    this.typing.clear();
    this.window.forget();
  }

  /** Another account may come: nothing of this one stays. */
  clear(): void {
    this.typing.clear();
    this.window.clear();
  }

  #marks(): { readonly deliveredSeq: number; readonly readSeq: number } {
    const conversation = this.#parts.list.get(this.id);
    return { deliveredSeq: conversation?.peerDeliveredSeq ?? 0, readSeq: conversation?.peerReadSeq ?? 0 };
  }

  #enter(): void {
    this.#isEntered = true;
    this.#isLineDue = true;
    this.#drawLine(this.#parts.list.get(this.id));
    this.window.setOpen(true);
    void this.refresh();
  }

  #exitUnlessOpen(): void {
    if (this.#openCount > 0 || !this.#isEntered) return;
    this.#isEntered = false;
    this.window.setOpen(false);
    this.window.clearUnreadLine();
    this.#parts.closed(this.id);
    if (isPushed(this.#parts.list.get(this.id))) return;
    // The server forgets it with the connection in any case.
    this.#parts.core.requestOnce('conversation.unwatch', { conversationId: this.id }).catch(() => undefined);
  }

  async #watch(): Promise<Conversation> {
    const conversation = await this.#parts.list.learn(this.id, () => this.#askForIt());
    this.#parts.feed.head(conversation);
    this.#drawLine(this.#parts.list.get(this.id));
    return conversation;
  }

  async #askForIt(): Promise<Conversation> {
    const params = { conversationId: this.id };
    try {
      return (await this.#parts.core.request('conversation.watch', params)).conversation;
    } catch (error) {
      if (!(error instanceof ParleyError && (error.code === 'not-member' || error.code === 'too-many-subscriptions')))
        throw error;
      return (await this.#parts.core.request('conversation.get', params)).conversation;
    }
  }

  /** Once per opening, as soon as it is known where reading stopped. */
  #drawLine(conversation: Conversation | undefined): void {
    if (!this.#isLineDue || conversation === undefined) return;
    this.#isLineDue = false;
    const { membership } = conversation;
    if (membership !== undefined && membership.unreadCount > 0) this.window.markUnread(membership.readSeq);
  }

  #failed(error: unknown): void {
    if (error instanceof ParleyError && !error.retryable) return this.window.fail(error);
    if (!this.#parts.core.isOnline()) return;
    this.#parts.core.environment.after(retryMs, () => {
      if (this.#isEntered && this.#parts.core.isOnline()) void this.refresh();
    });
  }
}

/** Directs and groups are pushed to members all the time; rooms only while open. */
export function isPushed(conversation: Conversation | undefined): boolean {
  return conversation?.membership !== undefined && (conversation.kind === 'direct' || conversation.kind === 'group');
}
