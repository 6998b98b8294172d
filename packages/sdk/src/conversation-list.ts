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
import { mayMoveMentions, withCursor, withCursorsOf, withHead, withMessage, withMeta } from './conversation-change.ts';
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
  /** The ordinals of the last removal from each, and of the last time it had to be asked for. */
  readonly #removedAt = new Map<number, number>();
  readonly #refreshedAt = new Map<number, number>();
  #ordinal = 0;
  readonly #refreshing = new Map<number, 'running' | 'again'>();
  /** Read in part: how much of the rest is of others, the server has to say once it has the cursor. */
  readonly #estimated = new Set<number>();
  /** Up to where the server has said that one has read. */
  readonly #confirmed = new Map<number, number>();
  readonly state: Derived<ConversationsState>;
  /** Not in the list, or not yet: how far each was heard to have come. */
  readonly #heard = new Map<number, number>();
  /** As they were when the server said to forget the list: how far one has read it may not know yet. [D4] */
  readonly #forgotten = new Map<number, Conversation>();
  #isLoading = false;
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
    const known = held ?? this.#forgotten.get(conversation.id);
    const next = known === undefined ? conversation : this.#withHeldCursors(conversation, known);
    this.#conversations.set(conversation.id, next);
    this.#touch(conversation.id);
    this.#catchUpWithHeard(next);
    return conversationView(next);
  }

  /** The answer may be older than a cursor this device moved, or was told of. */
  #withHeldCursors(conversation: Conversation, held: Conversation): Conversation {
    const { id, membership } = conversation;
    const readSeq = held.membership?.readSeq ?? 0;
    if (membership === undefined || membership.readSeq >= readSeq) this.#estimated.delete(id);
    else if (membership.unreadCount > 0) this.#estimate(id, readSeq);
    return withCursorsOf(conversation, held);
  }

  /** The server tells when it has the cursor; if it has told already, the answer was older than that. */
  #estimate(id: number, readSeq: number): void {
    this.#estimated.add(id);
    if ((this.#confirmed.get(id) ?? 0) >= readSeq) this.refresh(id);
  }

  /** Asks for a conversation and takes the answer, which may be older than what was heard meanwhile. [D8] */
  async learn(id: number, ask: () => Promise<Conversation>): Promise<Conversation> {
    const asked = this.#ordinal;
    const conversation = await ask();
    const { membership: _membership, ...outside } = conversation;
    if (!this.#isRemovedSince(id, asked)) this.put(conversation);
    else if (!this.#conversations.has(id)) this.put(outside);
    if ((this.#refreshedAt.get(id) ?? 0) > asked) this.refresh(id);
    return conversation;
  }

  #isRemovedSince(id: number, asked: number): boolean {
    return (this.#removedAt.get(id) ?? 0) > asked;
  }

  /** What changed while away. [D6] */
  apply(changes: Changes): void {
    const isFirst = this.#since === undefined;
    if (changes.isReset || isFirst) this.#forgetAll();
    for (const conversation of changes.conversations) this.put(conversation);
    for (const id of changes.removedIds) this.#forget(id);
    this.#since = changes.asOf;
    if (changes.isReset || (isFirst && changes.conversations.length >= limits.changesMax))
      void this.#loadAll(changes.asOf);
    else this.#ready();
  }

  pushed(push: Push): void {
    switch (push.push) {
      case 'message.changed':
        return this.#changed(push.message);
      case 'conversation.changed':
        return this.#metaChanged(push);
      case 'conversation.added':
        return void this.put(push.conversation);
      case 'conversation.removed':
        this.#removedAt.set(push.conversationId, ++this.#ordinal);
        return this.#forget(push.conversationId);
      case 'conversation.head':
        return this.#head(push);
      case 'cursor.moved':
        return this.#cursorMoved(push);
      case 'message.hidden':
        return this.#hidden(push);
      case 'user.changed':
      case 'typing':
      case 'presence':
      case 'server.draining':
        return;
    }
  }

  cursor(move: Omit<PushOf<'cursor.moved'>, 'push'>): void {
    const id = move.conversationId;
    const before = this.get(id)?.membership;
    this.#update(id, (conversation) => withCursor(conversation, move, this.#core.ownId()));
    const after = this.get(id)?.membership;
    if (after !== undefined && after.readSeq !== before?.readSeq && after.unreadCount > 0) this.#estimated.add(id);
  }

  clear(): void {
    this.#forgetAll();
    this.#forgotten.clear();
    this.#heard.clear();
    this.#confirmed.clear();
    this.#since = undefined;
    this.#isReady = false;
    this.state.invalidate();
  }

  /** Asks for a conversation again, soon; many wishes become one. */
  refresh(id: number): void {
    this.#refreshedAt.set(id, ++this.#ordinal);
    if (this.#refreshing.has(id)) return void this.#refreshing.set(id, 'again');
    this.#refreshing.set(id, 'running');
    void this.#refreshOnce(id);
  }

  /** Answers in the order of the questions, so that none is older than what it replaces. */
  async #refreshOnce(id: number): Promise<void> {
    const paused = new Promise<void>((resolve) => this.#core.environment.after(refreshIntervalMs, resolve));
    await Promise.all([this.#fetch(id), paused]);
    const isWanted = this.#refreshing.get(id) === 'again';
    this.#refreshing.delete(id);
    if (isWanted) this.refresh(id);
  }

  async #fetch(id: number): Promise<void> {
    const asked = this.#ordinal;
    try {
      const { conversation } = await this.#core.request('conversation.get', { conversationId: id });
      const held = this.get(id);
      if (held === undefined || this.#isRemovedSince(id, asked)) return;
      this.put(conversation);
      // A push overtook the answer: what was to be found out is still not known.
      if (held.version > conversation.version) this.refresh(id);
    } catch (error) {
      if (!(error instanceof ParleyError)) return;
      if (error.code === 'not-found') this.#forget(id);
      // Offline: the next hello tells.
      if (error.retryable && this.#core.isOnline()) this.refresh(id);
    }
  }

  #changed(message: Message): void {
    const held = this.get(message.conversationId);
    if (held === undefined) return this.#hear(message.conversationId, message.version);
    if (message.version <= held.version) return;
    const hasGap = message.version > held.version + 1;
    this.#update(held.id, (conversation) => withMessage(conversation, message, this.#core.ownId()));
    // What was lost may have counted, and so may what an earlier message no longer says.
    if (hasGap || mayMoveMentions(held, message, this.#core.ownId())) this.refresh(held.id);
  }

  #metaChanged(push: PushOf<'conversation.changed'>): void {
    const held = this.get(push.conversationId);
    if (held === undefined) return this.#hear(push.conversationId, push.version);
    this.#update(held.id, (conversation) => withMeta(conversation, push));
    // What was lost may have been a message.
    if (push.version > held.version + 1) this.refresh(held.id);
  }

  #head(head: PushOf<'conversation.head'>): void {
    const held = this.get(head.conversationId);
    if (held === undefined) return this.#hear(head.conversationId, head.version);
    if (head.version <= held.version) return;
    this.#update(held.id, (conversation) => withHead(conversation, head));
    this.refresh(held.id);
  }

  /** The last message is not the list’s any more; nor is one that has yet to come. */
  #hidden({ conversationId, seq }: PushOf<'message.hidden'>): void {
    const held = this.get(conversationId);
    if (held === undefined) this.#hear(conversationId, Infinity);
    else if (seq >= held.seq || seq === held.lastMessage?.seq) this.refresh(conversationId);
  }

  #cursorMoved(push: PushOf<'cursor.moved'>): void {
    if (!this.#conversations.has(push.conversationId)) return this.#hear(push.conversationId, Infinity);
    this.cursor(push);
    const { conversationId: id, userId, readSeq } = push;
    if (userId !== this.#core.ownId()) return;
    this.#confirmed.set(id, Math.max(readSeq, this.#confirmed.get(id) ?? 0));
    if (this.#estimated.has(id) && readSeq >= (this.get(id)?.membership?.readSeq ?? 0)) this.refresh(id);
  }

  /** `Infinity` for what raises no version: whatever is put may be older. */
  #hear(id: number, version: number): void {
    if (this.#isLoading || this.#heard.has(id)) this.#heard.set(id, Math.max(version, this.#heard.get(id) ?? 0));
  }

  /** What is put may be older than what was pushed while it came. [D6] */
  #catchUpWithHeard({ id, version }: Conversation): void {
    const heard = this.#heard.get(id) ?? 0;
    this.#heard.delete(id);
    if (heard > version) this.refresh(id);
  }

  /** Pages through all of them, after the most recent are shown. */
  async #loadAll(asOf: number): Promise<void> {
    this.#isLoading = true;
    try {
      await this.#loadPages();
      this.#isLoading = false;
    } catch {
      this.#loadAllLater(asOf);
    }
    this.#ready();
  }

  /** Nothing may be taken for complete: online it is loaded again, else the next hello starts over. */
  #loadAllLater(asOf: number): void {
    this.#since = undefined;
    this.#core.environment.after(refreshIntervalMs, () => {
      if (this.#since !== undefined || !this.#core.isOnline()) return;
      this.#since = asOf;
      void this.#loadAll(asOf);
    });
  }

  async #loadPages(): Promise<void> {
    let cursor: string | undefined;
    do {
      const asked = this.#ordinal;
      const page = await this.#core.request('conversation.list', {
        limit: limits.pageMax,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const conversation of page.items) if (!this.#isRemovedSince(conversation.id, asked)) this.put(conversation);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  #ready(): void {
    if (!this.#isLoading) this.#forgotten.clear();
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

  #forgetAll(): void {
    for (const [id, conversation] of this.#conversations) {
      this.#forgotten.set(id, conversation);
      this.#forget(id);
    }
  }

  #forget(id: number): void {
    this.#estimated.delete(id);
    const held = this.get(id);
    if (held === undefined) return;
    this.#heard.set(id, held.version);
    this.#conversations.delete(id);
    this.#touch(id);
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
