import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Script } from '../redis-connection.ts';
import type { DeliveryHandler } from './queue.ts';
import { RedisBell } from './redis-bell.ts';
import { RedisPartition } from './redis-partition.ts';
import { queueScripts } from './redis-scripts.ts';
import { RedisTakes, type Take } from './redis-takes.ts';

export interface RedisConsumerOptions {
  readonly url: string;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseTtlMs: number;
  readonly retryDelayMs: number;
  readonly handedOnMax: number;
  readonly handler: DeliveryHandler;
  run(script: Script, args: readonly string[]): Promise<unknown>;
}

/** Renewals in the time of a lease. */
const renewals = 5;

type Held = readonly [partition: number, lease: string, length: number, mayKeep: number];

/** Holds this process's share of the partitions: renews their leases, takes free ones, and gives up what is too much when another consumer comes. */
export class RedisConsumer {
  private readonly options: RedisConsumerOptions;
  private readonly id = crypto.randomUUID();
  private readonly ttl: string;
  private readonly bell: RedisBell;
  private readonly takes: RedisTakes;
  private readonly partitions = new Map<number, RedisPartition>();
  /** Partitions that end; a number is taken up again only after its last one. */
  private readonly ending = new Map<number, Promise<void>>();
  private listening: Promise<void> | undefined;
  private beating: Promise<void> | undefined;
  private isRung = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private isClosed = false;

  constructor(options: RedisConsumerOptions) {
    const { url, prefix, clock, leaseTtlMs } = options;
    this.options = options;
    this.ttl = String(leaseTtlMs);
    this.takes = new RedisTakes(options);
    this.bell = new RedisBell({ url, clock, key: `${prefix}b:${this.id}`, onRing: (what) => this.ring(what) });
  }

  /** Resolves when it has beaten for the first time, or nobody answered. */
  async start(): Promise<void> {
    this.listening = this.bell.listen();
    this.timer = setInterval(() => this.beat(), this.options.leaseTtlMs / renewals);
    this.beat();
    await this.beating;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    this.bell.close();
    await Promise.all([this.listening, this.beating]);
    const leases = [...this.partitions].flatMap(([number, { lease }]) => [String(number), lease]);
    for (const number of this.partitions.keys()) void this.end(number);
    await Promise.all(this.ending.values());
    await this.options.run(queueScripts.release, [this.id, this.ttl, '1', ...leases]).catch(() => undefined);
  }

  private ring(what: string): void {
    if (what === 'beat') this.beat();
    else this.partitions.get(Number(what))?.wake();
  }

  private beat(): void {
    this.isRung = true;
    if (this.isClosed) return;
    this.beating ??= this.beatNow().finally(() => {
      this.beating = undefined;
      if (this.isRung) this.beat();
    });
  }

  private async beatNow(): Promise<void> {
    this.isRung = false;
    try {
      const held = (await this.options.run(queueScripts.beat, [this.id, this.ttl])) as readonly Held[];
      if (!this.isClosed) await this.keep(held);
    } catch {
      // The leases run on; what is taken meanwhile is fenced by them. The connection tells.
    }
  }

  private async keep(held: readonly Held[]): Promise<void> {
    const leases = new Map(held.map(([number, lease]) => [number, lease]));
    for (const [number, { lease }] of this.partitions) if (leases.get(number) !== lease) void this.end(number);
    const surplus = held.filter(([, , , mayKeep]) => mayKeep === 0);
    for (const each of held) if (each[3] === 1) this.hold(each);
    await Promise.all(surplus.map((each) => this.giveUp(each)));
  }

  private hold([number, lease, length]: Held): void {
    const partition = this.partitions.get(number);
    if (partition !== undefined && length > 0) partition.wake();
    if (partition !== undefined || this.ending.has(number)) return;
    const { log, retryDelayMs, handedOnMax, handler, run } = this.options;
    const onLost = (): void => void this.end(number);
    const take = (what: Take): Promise<unknown> => this.takes.take(what);
    const options = { log, retryDelayMs, handedOnMax, handler, run, take, onLost };
    const taken = new RedisPartition({ ...options, partition: number, lease });
    this.partitions.set(number, taken);
    taken.wake();
  }

  /** Does not wait for its handler: the beats go on. */
  private async giveUp([number, lease]: Held): Promise<void> {
    if (this.partitions.has(number)) void this.end(number).then(() => this.release(number, lease));
    else if (!this.ending.has(number)) await this.release(number, lease);
  }

  private async release(number: number, lease: string): Promise<void> {
    const args = [this.id, this.ttl, '0', String(number), lease];
    // If nobody answers, the next beat says again that it is too much.
    await this.options.run(queueScripts.release, args).catch(() => undefined);
  }

  private end(number: number): Promise<void> {
    const stopped = this.partitions.get(number)?.stop() ?? Promise.resolve();
    this.partitions.delete(number);
    const ended = stopped.finally(() => {
      this.ending.delete(number);
      if (!this.isClosed) this.beat();
    });
    this.ending.set(number, ended);
    return ended;
  }
}
