import { ParleyError, type Change, type Conversation, type Message } from '@parley/protocol';
import { isMention } from './conversation-change.ts';
import type { Core } from './core.ts';

/** Changes fetched for one gap; what is further behind is left to history. */
const catchUpMax = 10_000;
const retryMs = 2_000;

interface Place {
  version: number;
  seq: number;
  /** The highest version heard of. */
  head: number;
  isCatchingUp: boolean;
}

/**
 * The `message` events: each new message once and in order, also those whose pushes were lost. What was missed is fetched
 * only while somebody listens.
 */
export class ChangeFeed {
  readonly #core: Core;
  readonly #places = new Map<number, Place>();
  readonly #left = new Map<number, Pick<Place, 'version' | 'seq'>>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Where a conversation stands, by the server; what lies between is caught up with. */
  head(conversation: Pick<Conversation, 'id' | 'version' | 'seq'>): void {
    const place = this.#places.get(conversation.id);
    if (place === undefined) this.#places.set(conversation.id, this.#begin(conversation));
    else if (conversation.version > place.version) this.#missed(conversation.id, place, conversation);
  }

  pushed(change: Change): void {
    const [id, version] =
      change.push === 'message.changed'
        ? [change.message.conversationId, change.message.version]
        : [change.conversationId, change.version];
    const place = this.#places.get(id);
    if (place === undefined || version <= place.version) return;
    if (version > place.version + 1)
      return this.#missed(id, place, {
        version,
        seq: change.push === 'message.changed' ? change.message.seq : place.seq,
      });
    place.version = version;
    if (change.push === 'message.changed') this.#tell(place, change.message);
  }

  /** One is no longer in it. What was told is not told again to who comes back. */
  forget(conversationId: number): void {
    const place = this.#places.get(conversationId);
    if (place !== undefined) this.#left.set(conversationId, place);
    this.#places.delete(conversationId);
  }

  clear(): void {
    this.#places.clear();
    this.#left.clear();
  }

  #begin(conversation: Pick<Conversation, 'id' | 'version' | 'seq'>): Place {
    const left = this.#left.get(conversation.id);
    const version = Math.max(conversation.version, left?.version ?? 0);
    return { version, seq: Math.max(conversation.seq, left?.seq ?? 0), head: version, isCatchingUp: false };
  }

  #missed(id: number, place: Place, to: { readonly version: number; readonly seq: number }): void {
    place.head = Math.max(place.head, to.version);
    if (place.isCatchingUp) return;
    if (this.#core.events.wantsMessages) {
      void this.#catchUp(id, place);
      return;
    }
    place.version = to.version;
    place.seq = Math.max(place.seq, to.seq);
  }

  /** Until nothing more is known to be missing: what comes meanwhile has its gap, too. */
  async #catchUp(id: number, place: Place): Promise<void> {
    place.isCatchingUp = true;
    try {
      for (let from = -1; from < place.version && place.version < place.head;) {
        from = place.version;
        await this.#catchUpOnce(id, place);
      }
    } catch (error) {
      this.#catchUpLater(id, place, error);
    } finally {
      place.isCatchingUp = false;
    }
  }

  /** Offline the next hello finds the gap again; a refusal is final. */
  #catchUpLater(id: number, place: Place, error: unknown): void {
    if (!(error instanceof ParleyError && error.retryable && this.#core.isOnline())) return;
    this.#core.environment.after(error.retryAfterMs ?? retryMs, () => {
      if (!place.isCatchingUp) void this.#catchUp(id, place);
    });
  }

  async #catchUpOnce(id: number, place: Place): Promise<void> {
    const { changed, version } = await this.#changesAfter(id, place.version);
    if (this.#places.get(id) !== place) return;
    place.version = Math.max(place.version, version);
    for (const message of changed.toSorted((a, b) => a.seq - b.seq)) this.#tell(place, message);
  }

  async #changesAfter(conversationId: number, after: number): Promise<{ changed: Message[]; version: number }> {
    const changed: Message[] = [];
    for (let version = after; ;) {
      const page = await this.#core.request('message.sync', { conversationId, after: version });
      changed.push(...page.items);
      version = page.nextAfter;
      if (!page.hasMore) return { changed, version };
      if (changed.length >= catchUpMax) return { changed, version: page.version };
    }
  }

  #tell(place: Place, message: Message): void {
    if (message.seq <= place.seq) return this.#core.events.emit({ type: 'message.updated', message });
    place.seq = message.seq;
    const ownId = this.#core.ownId();
    this.#core.events.emit({
      type: 'message',
      message,
      isOwn: message.senderId === ownId,
      isMention: isMention(message, ownId),
    });
  }
}
