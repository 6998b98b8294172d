import { ParleyError, type Ack } from '@parley/protocol';
import { LinkLost } from './channel.ts';
import type { Core } from './core.ts';
import type { OutboxEntry } from './outbox-entry.ts';

const retryBaseMs = 1_000;
const retryCapMs = 30_000;
/** The server's advice is followed up to here. */
const advisedCapMs = 300_000;
/** A defect of the server that comes again this often is taken for a refusal. */
const defectsMax = 5;

export interface LaneEvents {
  acked(entry: OutboxEntry, ack: Ack): void;
  /** For good. */
  refused(entry: OutboxEntry, error: ParleyError): void;
}

/**
 * What waits in one conversation, in order: one is out at a time, so that after a loss everything unacknowledged goes again
 * before anything new. [D3]
 */
export class OutboxLane {
  readonly #core: Pick<Core, 'environment' | 'isOnline' | 'requestOnce'>;
  readonly #events: LaneEvents;
  #entries = new Map<string, OutboxEntry>();
  /** Not kept yet; those behind wait as well. */
  readonly #unkept = new Set<string>();
  #isOut = false;
  #stopWaiting: (() => void) | undefined;
  #isOver = false;

  constructor(core: Pick<Core, 'environment' | 'isOnline' | 'requestOnce'>, events: LaneEvents) {
    this.#core = core;
    this.#events = events;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): readonly OutboxEntry[] {
    return [...this.#entries.values()];
  }

  find(clientMsgId: string): OutboxEntry | undefined {
    return this.#entries.get(clientMsgId);
  }

  /** At the end; goes out once it is `kept`. */
  add(entry: OutboxEntry): void {
    this.#entries.set(entry.clientMsgId, entry);
    this.#unkept.add(entry.clientMsgId);
  }

  /** Before all others: what an earlier run kept. */
  addEarlier(entries: readonly OutboxEntry[]): void {
    const earlier = new Map(entries.map((entry) => [entry.clientMsgId, entry]));
    for (const id of earlier.keys()) this.#unkept.delete(id);
    for (const [id, entry] of this.#entries) if (!earlier.has(id)) earlier.set(id, entry);
    this.#entries = earlier;
  }

  kept(clientMsgId: string): void {
    this.#unkept.delete(clientMsgId);
    this.pump();
  }

  /** In its place. */
  replace(entry: OutboxEntry): void {
    if (this.#entries.has(entry.clientMsgId)) this.#entries.set(entry.clientMsgId, entry);
  }

  remove(clientMsgId: string): void {
    this.#entries.delete(clientMsgId);
    this.#unkept.delete(clientMsgId);
  }

  /** The connection is back: nothing waits for its time any more. */
  resume(): void {
    this.#stopWaiting?.();
    this.pump();
  }

  pump(): void {
    const next = this.#next();
    if (next === undefined || this.#isOut || this.#isOver || !this.#core.isOnline()) return;
    this.#isOut = true;
    void this.#transmit(next, 0);
  }

  stop(): void {
    this.#isOver = true;
    this.#stopWaiting?.();
  }

  #next(): OutboxEntry | undefined {
    for (const entry of this.#entries.values())
      if (entry.failure === undefined) return this.#unkept.has(entry.clientMsgId) ? undefined : entry;
    return undefined;
  }

  async #transmit(entry: OutboxEntry, attempt: number): Promise<void> {
    const { conversationId, clientMsgId, content, replyTo } = entry;
    const reply = replyTo === undefined ? {} : { replyTo };
    try {
      const ack = await this.#core.requestOnce('message.send', { conversationId, clientMsgId, content, ...reply });
      this.#acked(entry, ack);
    } catch (error) {
      this.#missed(entry, attempt, error);
    }
  }

  #acked(entry: OutboxEntry, ack: Ack): void {
    // Not one of the same clientMsgId that came after this was discarded.
    if (this.#entries.get(entry.clientMsgId)?.order === entry.order) this.remove(entry.clientMsgId);
    this.#events.acked(entry, ack);
    this.#goOn();
  }

  #missed(entry: OutboxEntry, attempt: number, error: unknown): void {
    // Unknown whether it was stored: it goes again with the same clientMsgId. [D1]
    if (error instanceof LinkLost) return this.#goOn();
    const refusal =
      error instanceof ParleyError
        ? error
        : new ParleyError('internal', 'The message could not be sent.', { cause: error });
    // The session is over, not the message.
    if (refusal.code === 'unauthenticated') return void (this.#isOut = false);
    if (refusal.retryable && !(refusal.code === 'internal' && attempt + 1 >= defectsMax))
      return this.#later(entry, attempt, refusal);
    if (this.#isWaiting(entry)) this.#events.refused(entry, refusal);
    this.#goOn();
  }

  #later(entry: OutboxEntry, attempt: number, refusal: ParleyError): void {
    if (this.#isOver) return;
    const backOff = Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(attempt, 16));
    const ownMs = Math.round(backOff * (0.5 + this.#core.environment.random() / 2));
    const cancel = this.#core.environment.after(Math.min(advisedCapMs, refusal.retryAfterMs ?? ownMs), () => {
      this.#stopWaiting = undefined;
      if (this.#isWaiting(entry)) void this.#transmit(entry, attempt + 1);
      else this.#goOn();
    });
    this.#stopWaiting = () => {
      cancel();
      this.#stopWaiting = undefined;
      this.#isOut = false;
    };
  }

  /** Neither discarded nor replaced. */
  #isWaiting(entry: OutboxEntry): boolean {
    return !this.#isOver && this.#entries.get(entry.clientMsgId) === entry;
  }

  #goOn(): void {
    this.#isOut = false;
    this.pump();
  }
}
