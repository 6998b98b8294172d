import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';

export interface CountedRoomOptions {
  readonly clock: Clock;
  readonly entriesMax: number;
}

export interface Sending {
  /** Entries that take room. */
  readonly durable: number;
  /** How many wait in the engine. */
  count(): Promise<number>;
  /** Resolves when the engine has all of them. */
  send(): Promise<unknown>;
}

/** How long a count is good for while there is much room. */
const countTtlMs = 1_000;

/**
 * The bound of an engine that does not keep one: what waits in it is counted before anything is sent, so several processes at once may go
 * beyond the bound by as much as they send in a second. [Q5]
 */
export class CountedRoom {
  private readonly options: CountedRoomOptions;
  /** Calls go out one after the other, whatever they wait for before. [Q1] */
  private turn: Promise<unknown> = Promise.resolve();
  /** By the last count, and what was sent since. */
  private waiting = 0;
  private unconfirmed = 0;
  private countedAtMs = -Infinity;

  constructor(options: CountedRoomOptions) {
    this.options = options;
  }

  /** What was counted holds no more. */
  forget(): void {
    this.countedAtMs = -Infinity;
  }

  /** Resolves when what is sent is confirmed. @throws ParleyError `busy` */
  async send(sending: Sending): Promise<void> {
    const cameAtMs = this.options.clock.monotonic();
    const sent = this.turn.then(async () => {
      await this.require(sending, cameAtMs);
      return { confirmed: this.confirm(sending) };
    });
    this.turn = sent.catch(() => undefined);
    const { confirmed } = await sent;
    await confirmed;
  }

  /** Those that came while it was counted share that count: one of its own for each would hold up all the others. */
  private async require({ durable, count }: Sending, cameAtMs: number): Promise<void> {
    if (durable === 0) return;
    const { entriesMax, clock } = this.options;
    const isOld = clock.monotonic() - this.countedAtMs > countTtlMs;
    const isNear = this.waiting + durable > entriesMax / 2;
    if (isOld || (isNear && cameAtMs > this.countedAtMs)) {
      this.waiting = this.unconfirmed + (await count());
      this.countedAtMs = clock.monotonic();
    }
    if (this.waiting + durable > entriesMax) throw new ParleyError('busy');
    this.waiting += durable;
  }

  private async confirm({ durable, send }: Sending): Promise<void> {
    this.unconfirmed += durable;
    try {
      await send();
    } finally {
      this.unconfirmed -= durable;
    }
  }
}
