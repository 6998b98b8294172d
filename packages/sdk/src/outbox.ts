import { errorTable, ParleyError, type Ack } from '@parley/protocol';
import type { Core } from './core.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { OutboxLane } from './outbox-lane.ts';
import { OutboxShelf } from './outbox-shelf.ts';

/** Messages that wait, in all conversations. `busy` */
export const outboxEntriesMax = 5_000;

export interface OutboxEvents {
  queued(entry: OutboxEntry): void;
  /** It comes after those that were queued since. */
  moved(entry: OutboxEntry): void;
  acked(entry: OutboxEntry, ack: Ack): void;
  failed(entry: OutboxEntry, error: ParleyError): void;
  discarded(entry: OutboxEntry): void;
}

type Waiting = Omit<OutboxEntry, 'order' | 'createdAt' | 'owner' | 'failure'>;

/** One account's time with this outbox, from the first message to `stop`. */
class Stay {
  readonly lanes = new Map<number, OutboxLane>();
  /** Writes not yet finished, by conversation and clientMsgId. */
  readonly keeping = new Map<string, Promise<void>>();
  /** Known once the account is, and what it left is loaded. Rejects when it ends before. */
  readonly shelf = Promise.withResolvers<OutboxShelf>();

  constructor() {
    this.shelf.promise.catch(() => undefined);
  }

  get size(): number {
    let size = 0;
    for (const lane of this.lanes.values()) size += lane.size;
    return size;
  }
}

/**
 * Messages on their way, kept in storage until acknowledged: shown at once, sent once they are kept, in order per conversation.
 * [D1, D2, D3]
 */
export class Outbox {
  readonly #core: Core;
  readonly #events: OutboxEvents;
  #stay = new Stay();
  #order = 0;

  constructor(core: Core, events: OutboxEvents) {
    this.#core = core;
    this.#events = events;
  }

  /** Takes up what an earlier run of this account left, and what other clients on this storage leave when they end. */
  async load(): Promise<void> {
    const stay = this.#stay;
    const { siblings } = this.#core.environment;
    const outlive = (name: string): void => siblings?.outlive(name, () => this.#inherit(stay, name));
    const owner = await siblings?.join(outlive);
    const shelf = new OutboxShelf(this.#core.storage, this.#core.ownId(), owner);
    const { entries, unreadable } = await shelf.load();
    if (stay !== this.#stay) return;
    for (const key of unreadable) this.#report(key);
    const isTheirs = (entry: OutboxEntry): boolean => owner !== undefined && (entry.owner ?? owner) !== owner;
    const own = entries.filter((entry) => !isTheirs(entry));
    this.#takeUp(own);
    stay.shelf.resolve(shelf);
    for (const entry of own) if (entry.owner !== owner) void shelf.keep(entry);
    for (const name of new Set(entries.filter(isTheirs).map((entry) => entry.owner ?? ''))) outlive(name);
    this.resume();
  }

  entriesOf(conversationId: number): readonly OutboxEntry[] {
    return this.#stay.lanes.get(conversationId)?.entries() ?? [];
  }

  /**
   * Resolves when it is kept. One that waits already is not queued again; one that failed is tried again.
   * @throws ParleyError `busy` beyond `outboxEntriesMax`; `client-msg-id-conflict` when another one waits under its id
   */
  async put(message: Waiting): Promise<void> {
    const known = this.#find(message);
    if (known !== undefined) return this.#again(known, message);
    if (this.#stay.size >= outboxEntriesMax) throw new ParleyError('busy', 'Too many messages wait to be sent.');
    const entry: OutboxEntry = { ...message, createdAt: this.#core.environment.now(), order: this.#nextOrder() };
    this.#lane(entry).add(entry);
    this.#events.queued(entry);
    await this.#keep(message);
  }

  /** Tries a failed message again, in its old place. */
  async retry(conversationId: number, clientMsgId: string): Promise<void> {
    const entry = this.#find({ conversationId, clientMsgId });
    if (entry?.failure === undefined) return;
    const { failure: _failure, ...again } = entry;
    const lane = this.#lane(again);
    lane.replace(again);
    this.#events.queued(again);
    await this.#keep(again);
  }

  async discard(conversationId: number, clientMsgId: string): Promise<void> {
    const entry = this.#find({ conversationId, clientMsgId });
    if (entry === undefined) return;
    const { shelf, lanes } = this.#stay;
    lanes.get(conversationId)?.remove(clientMsgId);
    this.#events.discarded(entry);
    await (await shelf.promise).drop(entry);
  }

  /** The connection is back: everything that waits goes, in order. */
  resume(): void {
    for (const lane of this.#stay.lanes.values()) lane.resume();
  }

  /** Forgets everything, also what is kept. */
  async clear(): Promise<void> {
    const shelf = new OutboxShelf(this.#core.storage, this.#core.ownId(), undefined);
    this.stop();
    await shelf.clear();
  }

  stop(): void {
    const { lanes, shelf } = this.#stay;
    this.#stay = new Stay();
    shelf.reject(new ParleyError('unavailable', 'The client was closed.'));
    for (const lane of lanes.values()) lane.stop();
  }

  async #again(known: OutboxEntry, message: Waiting): Promise<void> {
    if (!isSame(known, message)) throw conflict();
    if (known.failure !== undefined) return this.retry(known.conversationId, known.clientMsgId);
    await this.#stay.keeping.get(keyOf(known));
  }

  async #keep(message: Waiting): Promise<void> {
    const { keeping } = this.#stay;
    const writing = this.#write(this.#stay, message);
    keeping.set(keyOf(message), writing);
    try {
      await writing;
    } finally {
      if (keeping.get(keyOf(message)) === writing) keeping.delete(keyOf(message));
    }
  }

  async #write({ shelf, lanes }: Stay, message: Waiting): Promise<void> {
    const place = await shelf.promise;
    const lane = lanes.get(message.conversationId);
    const entry = lane?.find(message.clientMsgId);
    if (lane === undefined || entry === undefined) return;
    // An earlier run left another one under its id.
    if (!isSame(entry, message)) throw conflict();
    await place.keep(entry);
    lane.kept(entry.clientMsgId);
  }

  /** What is kept comes first; what was written before it was known follows. */
  #takeUp(entries: readonly OutboxEntry[]): void {
    const early = [...this.#stay.lanes.values()].flatMap((lane) => lane.entries());
    for (const entry of entries) this.#order = Math.max(this.#order, entry.order);
    for (const [conversationId, kept] of Map.groupBy(entries, (entry) => entry.conversationId))
      this.#lane({ conversationId }).addEarlier(kept);
    for (const entry of entries) this.#events.queued(entry);
    for (const { conversationId, clientMsgId, order } of early.toSorted((a, b) => a.order - b.order)) {
      const entry = this.#find({ conversationId, clientMsgId });
      if (entry?.order !== order) continue;
      this.#lane(entry).replace({ ...entry, order: this.#nextOrder() });
      this.#events.moved(entry);
    }
  }

  /** A client on this storage has ended: what it did not get out is sent from here. */
  async #inherit(stay: Stay, name: string): Promise<void> {
    const shelf = await stay.shelf.promise;
    const { entries } = await shelf.load();
    for (const entry of entries) {
      if (stay !== this.#stay) return;
      if (entry.owner !== name || this.#find(entry) !== undefined) continue;
      const own = { ...entry, order: this.#nextOrder() };
      this.#lane(own).add(own);
      this.#events.queued(own);
      await this.#keep(own);
    }
  }

  #report(key: string): void {
    const error = new Error(`A message that waited is damaged and was left out: ${key}`);
    this.#core.events.emit({ type: 'storage', problem: 'unreadable', error });
  }

  /** Rises whatever the clock does; what was kept is always before. */
  #nextOrder(): number {
    this.#order = Math.max(this.#order + 1, this.#core.environment.now());
    return this.#order;
  }

  #lane({ conversationId }: Pick<OutboxEntry, 'conversationId'>): OutboxLane {
    const stay = this.#stay;
    const lane =
      stay.lanes.get(conversationId) ??
      new OutboxLane(this.#core, {
        acked: (entry, ack) => this.#acked(stay, entry, ack),
        refused: (entry, error) => this.#refused(stay, entry, error),
      });
    stay.lanes.set(conversationId, lane);
    return lane;
  }

  /** Also when its account is no longer here: it must not be sent again. */
  #acked(stay: Stay, entry: OutboxEntry, ack: Ack): void {
    const isGone = stay.lanes.get(entry.conversationId)?.find(entry.clientMsgId) === undefined;
    if (isGone) void stay.shelf.promise.then((shelf) => shelf.drop(entry));
    if (stay !== this.#stay) return;
    if (stay.lanes.get(entry.conversationId)?.size === 0) stay.lanes.delete(entry.conversationId);
    this.#events.acked(entry, ack);
  }

  #refused(stay: Stay, entry: OutboxEntry, error: ParleyError): void {
    const code = Object.hasOwn(errorTable, error.code) ? error.code : 'internal';
    const failed: OutboxEntry = { ...entry, failure: { code, message: error.message } };
    stay.lanes.get(entry.conversationId)?.replace(failed);
    void stay.shelf.promise.then((shelf) => shelf.keep(failed));
    this.#events.failed(failed, error);
  }

  #find({ conversationId, clientMsgId }: Pick<OutboxEntry, 'conversationId' | 'clientMsgId'>): OutboxEntry | undefined {
    return this.#stay.lanes.get(conversationId)?.find(clientMsgId);
  }
}

function keyOf({ conversationId, clientMsgId }: Waiting): string {
  return `${conversationId}:${clientMsgId}`;
}

function isSame(entry: Waiting, message: Waiting): boolean {
  return JSON.stringify([entry.content, entry.replyTo]) === JSON.stringify([message.content, message.replyTo]);
}

function conflict(): ParleyError {
  return new ParleyError('client-msg-id-conflict', 'Another message waits under this clientMsgId.');
}
