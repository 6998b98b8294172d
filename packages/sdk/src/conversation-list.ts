import {
  limits,
  ParleyError,
  type Conversation,
  type Message,
  type Push,
  type PushOf,
  type Result,
} from '@parley/protocol';
import { conversationView } from './conversation-view.ts';
import { withCursor, withHead, withMessage, withMeta } from './conversation-change.ts';
import type { ConversationsState, ConversationView, Live } from './contract.ts';
import type { Core } from './core.ts';
import { Derived } from './derived.ts';

/** A conversation that changed without telling how is asked for at most this often. */
const refreshIntervalMs = 3_000;

type Changes = Pick<Result<'session.changes'>, 'conversations' | 'removedIds' | 'isReset' | 'asOf'>;

/** Every conversation that is known, kept by what the server says: one's own, and those looked at from outside. */
export class ConversationList {
  readonly #core: Core;
  readonly #conversations = new Map<number, Conversation>();
  readonly #views = new Map<number, Derived<ConversationView | undefined>>();
  readonly #refreshing = new Map<number, 'running' | 'again'>();
  readonly state: Derived<ConversationsState>;
  #isReady = false;
  #since: number | undefined;

  constructor(core: Core) {
    this.#core = core;
    this.state = new Derived(core.environment, () => this.#compute());
  }

  /** What the next hello says of where this list stands. */
  get since(): number | undefined {
    return this.#since;
  }

  get(id: number): Conversation | undefined {
    return this.#conversations.get(id);
  }

  view(id: number): Live<ConversationView | undefined> {
    const view = this.#views.get(id) ?? new Derived(this.#core.environment, () => viewOf(this.#conversations.get(id)));
    this.#views.set(id, view);
    return view;
  }

  all(): Iterable<Conversation> {
    return this.#conversations.values();
  }

  /** Takes a whole conversation from the server, unless a push was newer; cursors of this device only grow. */
  put(conversation: Conversation): ConversationView {
    const held = this.get(conversation.id);
    if (held !== undefined && held.version > conversation.version) return conversationView(held);
    const own = held?.membership;
    const cursor = {
      conversationId: conversation.id,
      userId: this.#core.ownId(),
      deliveredSeq: own?.deliveredSeq ?? 0,
      readSeq: own?.readSeq ?? 0,
    };
    const next = own === undefined ? conversation : withCursor(conversation, cursor, cursor.userId);
    this.#conversations.set(conversation.id, next);
    this.#touch(conversation.id);
    return conversationView(next);
  }

  /** What changed while away. [D6] */
  apply(changes: Changes): void {
    const isFirst = this.#since === undefined;
    if (changes.isReset || isFirst) for (const id of this.#conversations.keys()) this.#forget(id);
    for (const conversation of changes.conversations) this.put(conversation);
    for (const id of changes.removedIds) this.#forget(id);
    this.#since = changes.asOf;
    if (changes.isReset || (isFirst && changes.conversations.length >= limits.changesMax)) void this.#loadAll();
    else this.#ready();
  }

  pushed(push: Push): void {
    switch (push.push) {
      case 'message.changed':
        return this.#changed(push.message);
      case 'conversation.changed':
        return this.#update(push.conversationId, (conversation) => withMeta(conversation, push));
      case 'conversation.added':
        return void this.put(push.conversation);
      case 'conversation.removed':
        return this.#forget(push.conversationId);
      case 'conversation.head':
        return this.#head(push);
      case 'cursor.moved':
        return this.cursor(push);
      case 'message.hidden':
        if (this.get(push.conversationId)?.lastMessage?.seq === push.seq) this.refresh(push.conversationId);
        return;
      case 'user.changed':
      case 'typing':
      case 'presence':
      case 'server.draining':
        return;
    }
  }

  cursor(move: Omit<PushOf<'cursor.moved'>, 'push'>): void {
    this.#update(move.conversationId, (conversation) => withCursor(conversation, move, this.#core.ownId()));
  }

  clear(): void {
    for (const id of this.#conversations.keys()) this.#forget(id);
    this.#since = undefined;
    this.#isReady = false;
    this.state.invalidate();
  }

  /** Asks for a conversation again, soon; many wishes become one. */
  refresh(id: number): void {
    if (this.#refreshing.has(id)) return void this.#refreshing.set(id, 'again');
    this.#refreshing.set(id, 'running');
    void this.#fetch(id);
    this.#core.environment.after(refreshIntervalMs, () => {
      const isWanted = this.#refreshing.get(id) === 'again';
      this.#refreshing.delete(id);
      if (isWanted) this.refresh(id);
    });
  }

  async #fetch(id: number): Promise<void> {
    try {
      const { conversation } = await this.#core.request('conversation.get', { conversationId: id });
      if (this.#conversations.has(id)) this.put(conversation);
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'not-found') this.#forget(id);
    }
  }

  #changed(message: Message): void {
    const held = this.get(message.conversationId);
    if (held === undefined) return;
    const hasGap = message.version > held.version + 1;
    this.#update(held.id, (conversation) => withMessage(conversation, message, this.#core.ownId()));
    // What was lost may have counted.
    if (hasGap) this.refresh(held.id);
  }

  #head(head: PushOf<'conversation.head'>): void {
    const held = this.get(head.conversationId);
    if (held === undefined || head.version <= held.version) return;
    this.#update(held.id, (conversation) => withHead(conversation, head));
    this.refresh(held.id);
  }

  /** Pages through all of them, after the most recent are shown. */
  async #loadAll(): Promise<void> {
    try {
      let cursor: string | undefined;
      do {
        const page = await this.#core.request('conversation.list', {
          limit: limits.pageMax,
          ...(cursor === undefined ? {} : { cursor }),
        });
        for (const conversation of page.items) this.put(conversation);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
    } catch {
      // The next hello starts over: nothing may be taken for complete.
      this.#since = undefined;
    }
    this.#ready();
  }

  #ready(): void {
    this.#isReady = true;
    this.state.invalidate();
  }

  #update(id: number, change: (conversation: Conversation) => Conversation): void {
    const held = this.get(id);
    if (held === undefined) return;
    const next = change(held);
    if (next === held) return;
    this.#conversations.set(id, next);
    this.#touch(id);
  }

  #forget(id: number): void {
    if (this.#conversations.delete(id)) this.#touch(id);
  }

  #touch(id: number): void {
    this.#views.get(id)?.invalidate();
    this.state.invalidate();
  }

  #compute(): ConversationsState {
    const items = [...this.#conversations.values()]
      .filter((conversation) => conversation.membership !== undefined)
      .map(conversationView);
    items.sort((a, b) => b.lastActivityAt - a.lastActivityAt || b.id - a.id);
    const loud = items.filter((view) => view.notify !== 'none');
    return {
      status: this.#isReady ? 'ready' : 'loading',
      items,
      unreadTotal: loud.reduce((sum, view) => sum + view.unreadCount, 0),
      mentionTotal: loud.reduce((sum, view) => sum + view.mentionCount, 0),
    };
  }
}

function viewOf(conversation: Conversation | undefined): ConversationView | undefined {
  return conversation === undefined ? undefined : conversationView(conversation);
}
