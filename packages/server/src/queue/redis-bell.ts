import { RedisClient } from 'bun';
import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { redisLimits } from '../redis-connection.ts';
import { pause } from './pause.ts';
import { queueLimits } from './queue.ts';

export interface RedisBellOptions {
  readonly url: string;
  readonly key: string;
  readonly clock: Clock;
  onRing(what: string): void;
}

/** One wait; a shorter one than the deadline of what waits. */
const waitS = 1;
/** Of one wait: a beat, and all partitions. */
const ringsMax = queueLimits.partitions + 1;

type Rung = readonly [key: string, rings: readonly (readonly [what: string, score: string])[]] | null;

/** Waits on a connection of its own for what others say is new. A ring that is lost is made up for by the next beat. */
export class RedisBell {
  private readonly options: RedisBellOptions;
  private readonly deadlines: Deadlines;
  private client: RedisClient | undefined;
  private readonly closing = Promise.withResolvers<void>();
  private isClosed = false;

  constructor(options: RedisBellOptions) {
    this.options = options;
    this.deadlines = new Deadlines(options.clock, waitS * 1_000 + redisLimits.callMs);
  }

  /** Resolves when it is closed. */
  async listen(): Promise<void> {
    for (let backOffMs = 0; !this.isClosed;) {
      try {
        const rung = (await this.deadlines.guard(this.wait())) as Rung;
        backOffMs = 0;
        for (const [what] of rung?.[1] ?? []) if (!this.isClosed) this.options.onRing(what);
      } catch {
        this.drop();
        backOffMs = Math.min(Math.max(backOffMs * 2, redisLimits.backOffMsMin), redisLimits.backOffMsMax);
        await pause(backOffMs, this.closing.promise);
      }
    }
  }

  close(): void {
    this.isClosed = true;
    this.closing.resolve();
    this.drop();
  }

  private async wait(): Promise<unknown> {
    const client = this.client ?? (await this.connect());
    return client.send('BZMPOP', [String(waitS), '1', this.options.key, 'MIN', 'COUNT', String(ringsMax)]);
  }

  private async connect(): Promise<RedisClient> {
    const client = new RedisClient(this.options.url, {
      autoReconnect: false,
      connectionTimeout: redisLimits.callMs,
    });
    this.client = client;
    await client.connect();
    return client;
  }

  private drop(): void {
    this.client?.close();
    this.client = undefined;
  }
}
