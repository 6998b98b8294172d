import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { HandedOn } from '../queue/queue.ts';
import type { Rpc } from '../rpc/rpc.ts';

export interface NodeOutboxOptions {
  readonly nodeId: string;
  readonly rpc: Rpc;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the registry lists the node. */
  isListed(nodeId: string): boolean;
}

export const outboxLimits = {
  /** Deliveries kept for a node that lags; beyond it all are dropped and its clients find the gap by the heads. [D7] */
  waitingMax: 50_000,
  /** In one call. */
  batchMax: 2_048,
  /** A call longer than this no longer holds up the queue. */
  patienceMs: 1_000,
  retryMsMin: 100,
  retryMsMax: 2_000,
} as const;

interface Waiter {
  /** Its deliveries are those after `start` up to `end`, counted from the first one ever added. */
  readonly start: number;
  readonly end: number;
  resolve(): void;
  reject(error: unknown): void;
  /** It no longer holds up what is behind it. */
  letGo(): void;
}

/**
 * What is on its way to one connect node: one call at a time, with all that gathered during the last one, so that its order
 * is kept and a hung node delays only itself.
 */
export class NodeOutbox {
  private readonly options: NodeOutboxOptions;
  private waiting: Delivery[] = [];
  private waiters: Waiter[] = [];
  /** Deliveries ever added, and taken or given up. */
  private added = 0;
  private done = 0;
  private calledAtMs: number | undefined;
  private retryAtMs: number | undefined;
  private retryMs: number = outboxLimits.retryMsMin;
  /** It did not answer in time: nothing is held up by it until it has caught up. */
  isLagging = false;

  constructor(options: NodeOutboxOptions) {
    this.options = options;
  }

  get waitingCount(): number {
    return this.added - this.done;
  }

  /**
   * Resolves when the node took all of them or is gone; when it lags, with what is `done` then.
   * @throws what the node says of a delivery it cannot take.
   */
  async add(deliveries: readonly Delivery[]): Promise<HandedOn | void> {
    if (this.waitingCount + deliveries.length > outboxLimits.waitingMax) this.drop('too much waits for it');
    this.waiting = this.waiting.length === 0 ? [...deliveries] : this.waiting.concat(deliveries);
    this.added += deliveries.length;
    const taken = this.taken(deliveries.length);
    if (this.calledAtMs === undefined && this.retryAtMs === undefined) void this.run();
    return taken;
  }

  /** Looks at the clock: lets go of those who wait for a hung call, tries again what failed. */
  advance(): void {
    const nowMs = this.options.clock.monotonic();
    if (this.calledAtMs !== undefined && nowMs - this.calledAtMs >= outboxLimits.patienceMs) this.lag();
    if (this.retryAtMs === undefined || nowMs < this.retryAtMs) return;
    this.retryAtMs = undefined;
    void this.run();
  }

  private taken(count: number): Promise<HandedOn | void> {
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const handedOn = Promise.withResolvers<HandedOn>();
    // Nobody waits for it any more, and the node still gets it if this process lives that long: the room for that is here.
    const letGo = (): void => handedOn.resolve({ done, giveUp: resolve });
    this.waiters.push({ start: this.added - count, end: this.added, resolve, reject, letGo });
    if (this.isLagging) letGo();
    return Promise.race([handedOn.promise, done]);
  }

  private async run(): Promise<void> {
    const { rpc, nodeId, clock } = this.options;
    while (this.waiting.length > 0 && this.retryAtMs === undefined) {
      const batch = this.waiting.slice(0, outboxLimits.batchMax);
      this.waiting = this.waiting.length === batch.length ? [] : this.waiting.slice(batch.length);
      this.calledAtMs = clock.monotonic();
      try {
        await rpc.call('connect', nodeId).deliver(batch);
        this.succeed(batch.length);
      } catch (error) {
        this.fail(batch, error);
      }
      this.calledAtMs = undefined;
    }
  }

  private succeed(count: number): void {
    this.retryMs = outboxLimits.retryMsMin;
    this.advanceTo(this.done + count);
    if (this.waitingCount === 0) this.isLagging = false;
  }

  /** The node may come back: the same again. It is gone: its clients resume elsewhere. It refuses: the queue sorts out the poison. */
  private fail(batch: readonly Delivery[], error: unknown): void {
    const { nodeId, clock, log } = this.options;
    if (!isOutage(error)) {
      log.error({ error, nodeId, deliveries: batch.length }, 'A node could not take deliveries');
      this.rejectTo(this.done + batch.length, error);
    } else if (this.options.isListed(nodeId)) {
      this.waiting = [...batch, ...this.waiting];
      this.retryAtMs = clock.monotonic() + this.retryMs;
      this.retryMs = Math.min(this.retryMs * 2, outboxLimits.retryMsMax);
      this.lag();
    } else {
      this.waiting = [...batch, ...this.waiting];
      this.drop('it is gone');
    }
  }

  private lag(): void {
    if (!this.isLagging)
      this.options.log.warn({ nodeId: this.options.nodeId, waiting: this.waitingCount }, 'A node lags');
    this.isLagging = true;
    for (const waiter of this.waiters) waiter.letGo();
  }

  private drop(why: string): void {
    if (this.waiting.length === 0) return;
    this.options.log.warn(
      { nodeId: this.options.nodeId, deliveries: this.waiting.length, why },
      'Deliveries to a node were dropped',
    );
    // A call that is out still has its part.
    const kept = this.added - this.waiting.length;
    const { waiters } = this;
    this.waiters = waiters.flatMap((waiter) =>
      waiter.start < kept ? { ...waiter, end: Math.min(waiter.end, kept) } : [],
    );
    this.added = kept;
    this.waiting = [];
    for (const waiter of waiters) if (waiter.start >= kept) waiter.resolve();
  }

  private advanceTo(position: number): void {
    this.done = position;
    const finished = this.waiters.findIndex((waiter) => waiter.end > position);
    for (const waiter of this.waiters.splice(0, finished < 0 ? this.waiters.length : finished)) waiter.resolve();
  }

  private rejectTo(position: number, error: unknown): void {
    const { waiters } = this;
    this.done = position;
    this.waiters = waiters.filter((waiter) => waiter.start >= position);
    for (const waiter of waiters) if (waiter.start < position) waiter.reject(error);
  }
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof ParleyError &&
    (error.code === 'unavailable' || error.code === 'deadline-exceeded' || error.code === 'busy')
  );
}
