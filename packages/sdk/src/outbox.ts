import { errorTable, ParleyError, type Ack, type ErrorCode, type SendableContent } from '@parley/protocol';
import { LinkLost } from './channel.ts';
import type { Core } from './core.ts';
import type { Pending } from './sync-state.ts';

const retryBaseMs = 1_000;
const retryCapMs = 30_000;
/** A defect of the server that comes again this often is taken for a refusal. */
const defectsMax = 5;
/** Messages that wait in one conversation. `busy` */
export const outboxEntriesMax = 5_000;

/** One message that waits to be sent. */
export interface OutboxEntry {
  readonly conversationId: number;
  readonly clientMsgId: string;
  readonly content: SendableContent;
  readonly replyTo?: number;
  readonly createdAt: number;
  /** Rises with every entry of this device. */
  readonly order: number;
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

export interface OutboxEvents {
  queued(entry: OutboxEntry): void;
  acked(entry: OutboxEntry, ack: Ack): void;
  failed(entry: OutboxEntry, error: ParleyError): void;
  discarded(entry: OutboxEntry): void;
}

/** What `window` shows of an entry. */
export function pendingOf(entry: OutboxEntry): Pending {
  const { clientMsgId, content, replyTo, createdAt, failure } = entry;
  const base = { clientMsgId, content, createdAt, ...(replyTo === undefined ? {} : { replyTo }) };
  if (failure === undefined) return { ...base, state: 'sending' };
  return { ...base, state: 'failed', error: new ParleyError(failure.code, failure.message) };
}

/**
 * Messages on their way, kept in storage until acknowledged. In order per conversation: one is out at a time, so that after a
 * loss everything unacknowledged goes again before anything new. [D1, D2, D3]
 */
export class Outbox {
  readonly #core: Core;
  readonly #events: OutboxEvents;
  readonly #lanes = new Map<number, OutboxEntry[]>();
  /** Conversations whose first entry is out, or waits for its time. */
  readonly #busy = new Map<number, () => void>();
  #order = 0;

  constructor(core: Core, events: OutboxEvents) {
    this.#core = core;
    this.#events = events;
  }

  /** Takes up what an earlier run of this account left. */
  async load(): Promise<void> {
    const keys = await this.#core.storage.keys(this.#prefix());
    const texts = await Promise.all(keys.map((key) => this.#core.storage.get(key)));
    const entries = texts.filter((text) => text !== undefined).map((text) => JSON.parse(text) as OutboxEntry);
    for (const entry of entries.toSorted((a, b) => a.order - b.order)) {
      if (this.#lane(entry.conversationId).some((other) => other.clientMsgId === entry.clientMsgId)) continue;
      this.#lane(entry.conversationId).push(entry);
      this.#order = Math.max(this.#order, entry.order);
      this.#events.queued(entry);
    }
    this.resume();
  }

  entriesOf(conversationId: number): readonly OutboxEntry[] {
    return this.#lanes.get(conversationId) ?? [];
  }

  /** Shown at once; sent once it is kept. @throws ParleyError `busy` beyond `outboxEntriesMax` */
  async put(message: Omit<OutboxEntry, 'order' | 'createdAt' | 'failure'>): Promise<void> {
    const lane = this.#lane(message.conversationId);
    if (lane.some((other) => other.clientMsgId === message.clientMsgId)) return;
    if (lane.length >= outboxEntriesMax) throw new ParleyError('busy', 'Too many messages wait to be sent.');
    this.#order = Math.max(this.#order + 1, this.#core.environment.now());
    const entry: OutboxEntry = { ...message, createdAt: this.#core.environment.now(), order: this.#order };
    lane.push(entry);
    this.#events.queued(entry);
    await this.#core.storage.set(this.#key(entry), JSON.stringify(entry));
    this.#pump(entry.conversationId);
  }

  /** Tries a failed message again, in its old place. */
  async retry(conversationId: number, clientMsgId: string): Promise<void> {
    const entry = this.#find(conversationId, clientMsgId);
    if (entry?.failure === undefined) return;
    const { failure: _failure, ...again } = entry;
    this.#replace(again);
    this.#events.queued(again);
    await this.#core.storage.set(this.#key(again), JSON.stringify(again));
    this.#pump(conversationId);
  }

  async discard(conversationId: number, clientMsgId: string): Promise<void> {
    const entry = this.#find(conversationId, clientMsgId);
    if (entry === undefined) return;
    this.#events.discarded(entry);
    await this.#remove(entry);
  }

  /** The connection is back: everything that waits goes, in order. */
  resume(): void {
    for (const conversationId of this.#lanes.keys()) {
      this.#busy.get(conversationId)?.();
      this.#pump(conversationId);
    }
  }

  /** Forgets everything, also what is kept. */
  async clear(): Promise<void> {
    const keys = await this.#core.storage.keys(this.#prefix());
    this.stop();
    await Promise.all(keys.map((key) => this.#core.storage.delete(key)));
  }

  stop(): void {
    for (const cancel of this.#busy.values()) cancel();
    this.#busy.clear();
    this.#lanes.clear();
  }

  #pump(conversationId: number): void {
    const entry = this.entriesOf(conversationId).find((other) => other.failure === undefined);
    if (entry === undefined || this.#busy.has(conversationId) || !this.#core.isOnline()) return;
    this.#busy.set(conversationId, () => undefined);
    void this.#transmit(entry, 0);
  }

  async #transmit(entry: OutboxEntry, attempt: number): Promise<void> {
    const { conversationId, clientMsgId, content, replyTo } = entry;
    if (this.#find(conversationId, clientMsgId) === undefined) return this.#next(conversationId);
    try {
      const ack = await this.#core.requestOnce('message.send', {
        conversationId,
        clientMsgId,
        content,
        ...(replyTo === undefined ? {} : { replyTo }),
      });
      this.#events.acked(entry, ack);
      await this.#remove(entry);
      this.#next(conversationId);
    } catch (error) {
      await this.#missed(entry, attempt, error);
    }
  }

  async #missed(entry: OutboxEntry, attempt: number, error: unknown): Promise<void> {
    // Unknown whether it was stored: `resume` sends it again with the same clientMsgId.
    if (error instanceof LinkLost) return void this.#busy.delete(entry.conversationId);
    const refusal =
      error instanceof ParleyError
        ? error
        : new ParleyError('internal', 'The message could not be sent.', { cause: error });
    // The session is over, not the message.
    if (refusal.code === 'unauthenticated') return void this.#busy.delete(entry.conversationId);
    if (refusal.retryable && !(refusal.code === 'internal' && attempt + 1 >= defectsMax))
      return this.#later(entry, attempt, refusal);
    await this.#fail(entry, refusal);
    this.#next(entry.conversationId);
  }

  #later(entry: OutboxEntry, attempt: number, refusal: ParleyError): void {
    const backOff = Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(attempt, 16));
    const delayMs = refusal.retryAfterMs ?? Math.round(backOff * (0.5 + this.#core.environment.random() / 2));
    const cancel = this.#core.environment.after(delayMs, () => void this.#transmit(entry, attempt + 1));
    this.#busy.set(entry.conversationId, () => {
      cancel();
      this.#busy.delete(entry.conversationId);
    });
  }

  async #fail(entry: OutboxEntry, error: ParleyError): Promise<void> {
    const code = Object.hasOwn(errorTable, error.code) ? error.code : 'internal';
    const failed: OutboxEntry = { ...entry, failure: { code, message: error.message } };
    if (this.#find(entry.conversationId, entry.clientMsgId) === undefined) return;
    this.#replace(failed);
    this.#events.failed(failed, error);
    await this.#core.storage.set(this.#key(failed), JSON.stringify(failed));
  }

  #next(conversationId: number): void {
    this.#busy.delete(conversationId);
    this.#pump(conversationId);
  }

  #lane(conversationId: number): OutboxEntry[] {
    const lane = this.#lanes.get(conversationId) ?? [];
    this.#lanes.set(conversationId, lane);
    return lane;
  }

  #find(conversationId: number, clientMsgId: string): OutboxEntry | undefined {
    return this.entriesOf(conversationId).find((entry) => entry.clientMsgId === clientMsgId);
  }

  #replace(entry: OutboxEntry): void {
    const lane = this.#lane(entry.conversationId);
    this.#lanes.set(
      entry.conversationId,
      lane.map((other) => (other.clientMsgId === entry.clientMsgId ? entry : other)),
    );
  }

  async #remove(entry: OutboxEntry): Promise<void> {
    const rest = this.entriesOf(entry.conversationId).filter((other) => other.clientMsgId !== entry.clientMsgId);
    if (rest.length > 0) this.#lanes.set(entry.conversationId, rest);
    else this.#lanes.delete(entry.conversationId);
    await this.#core.storage.delete(this.#key(entry));
  }

  #prefix(): string {
    return `parley:outbox:${this.#core.ownId()}:`;
  }

  #key(entry: OutboxEntry): string {
    return `${this.#prefix()}${entry.conversationId}:${entry.clientMsgId}`;
  }
}
