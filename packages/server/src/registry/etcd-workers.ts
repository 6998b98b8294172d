import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { EtcdClient } from './etcd-client.ts';
import {
  below,
  get,
  isAbsent,
  isValue,
  put,
  readKey,
  readValue,
  remove,
  transact,
  type RangeAnswer,
} from './etcd-keys.ts';
import type { EtcdLease } from './etcd-lease.ts';
import { registryLimits, type WorkerLease } from './registry.ts';

/**
 * How far ahead of what was asked for the high-water time is kept: so long ids go on while etcd is away, and so seldom it is written to.
 * Whoever holds the worker id next begins beyond it, so that even a holder who has not heard of its loss repeats none. [D14]
 */
const aheadMs = 600_000;

/**
 * Worker ids. `workers/<id>` is there while somebody holds it, and hangs on the holder's lease; `water/<id>` stays. Only who holds the id
 * can raise its water.
 */
export class EtcdWorkers {
  private readonly client: EtcdClient;
  private readonly lease: EtcdLease;
  private readonly clock: Clock;
  private readonly held = new Set<HeldWorker>();

  constructor({ client, lease, clock }: { client: EtcdClient; lease: EtcdLease; clock: Clock }) {
    this.client = client;
    this.lease = lease;
    this.clock = clock;
  }

  /** @throws ParleyError `unavailable` */
  async take(): Promise<WorkerLease> {
    for (let tries = 0; tries < registryLimits.workerIds; tries++) {
      const workerId = await this.findFree();
      if (workerId === undefined) break;
      const worker = await this.claim(workerId);
      if (worker !== undefined) return worker;
    }
    throw new ParleyError('unavailable', 'Every worker id is taken.');
  }

  /** The lease is gone, and with it all of them. */
  loseAll(): void {
    for (const worker of this.held) worker.lose();
    this.held.clear();
  }

  /** The lowest one whose ids would not run ahead of the clock; else the one that is ahead the least. */
  private async findFree(): Promise<number | undefined> {
    const [taken, waters] = await Promise.all([this.read('workers/'), this.read('water/')]);
    const nowMs = this.clock.now();
    let best: { readonly workerId: number; readonly waterMs: number } | undefined;
    for (let workerId = 0; workerId < registryLimits.workerIds; workerId++) {
      if (taken.has(workerId)) continue;
      const waterMs = Number(waters.get(workerId) ?? 0);
      if (waterMs <= nowMs) return workerId;
      if (best === undefined || waterMs < best.waterMs) best = { workerId, waterMs };
    }
    return best?.workerId;
  }

  private async read(folder: string): Promise<ReadonlyMap<number, string>> {
    const prefix = `${this.client.prefix}${folder}`;
    const { kvs = [] } = await this.client.call<RangeAnswer>('/v3/kv/range', below(prefix));
    return new Map(kvs.map((kv) => [Number(readKey(kv).slice(prefix.length)), readValue(kv)]));
  }

  /** Undefined: somebody was faster. */
  private async claim(workerId: number): Promise<HeldWorker | undefined> {
    const key = `${this.client.prefix}workers/${workerId}`;
    const waterKey = `${this.client.prefix}water/${workerId}`;
    const claim = crypto.randomUUID();
    const { isDone, found } = await transact(this.client, {
      when: [isAbsent(key)],
      make: [put(key, claim, this.lease.current), get(waterKey)],
      otherwise: [get(key), get(waterKey)],
    });
    const values = new Map(found.map((kv) => [readKey(kv), readValue(kv)]));
    // A call that was made a second time, because its answer was lost, finds its own claim.
    if (!isDone && values.get(key) !== claim) return undefined;
    const highWaterMs = Number(values.get(waterKey) ?? 0);
    const end = (): void => void this.held.delete(worker);
    const worker = new HeldWorker({ client: this.client, workerId, claim, key, waterKey, highWaterMs, end });
    this.held.add(worker);
    return worker;
  }
}

interface HeldWorkerOptions {
  readonly client: EtcdClient;
  readonly workerId: number;
  /** What nobody else writes. */
  readonly claim: string;
  readonly key: string;
  readonly waterKey: string;
  readonly highWaterMs: number;
  readonly end: () => void;
}

class HeldWorker implements WorkerLease {
  readonly workerId: number;
  readonly highWaterMs: number;
  private readonly options: HeldWorkerOptions;
  private readonly listeners: (() => void)[] = [];
  private keptMs: number;
  private raising: Promise<void> | undefined;
  private isOver = false;

  constructor(options: HeldWorkerOptions) {
    this.options = options;
    this.workerId = options.workerId;
    this.highWaterMs = options.highWaterMs;
    this.keptMs = 0;
  }

  async report(timeMs: number): Promise<void> {
    this.requireHeld();
    if (timeMs + aheadMs / 2 > this.keptMs) this.raising ??= this.raise(timeMs + aheadMs);
    // What is kept already may be used, whether the registry answers or not.
    if (timeMs > this.keptMs) await this.raising;
    else this.raising?.catch(() => undefined);
    if (timeMs > this.keptMs) await this.report(timeMs);
  }

  onLost(listener: () => void): void {
    if (this.isOver) listener();
    else this.listeners.push(listener);
  }

  lose(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.end();
    for (const listener of this.listeners) listener();
  }

  async release(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const { client, key, claim, end } = this.options;
    end();
    await transact(client, { when: [isValue(key, claim)], make: [remove(key)] });
  }

  private async raise(toMs: number): Promise<void> {
    const { client, key, waterKey, claim } = this.options;
    try {
      const kept = String(Math.max(toMs, this.highWaterMs));
      const { isDone } = await transact(client, { when: [isValue(key, claim)], make: [put(waterKey, kept)] });
      if (isDone) this.keptMs = Number(kept);
      else this.lose();
    } finally {
      this.raising = undefined;
    }
    this.requireHeld();
  }

  private requireHeld(): void {
    if (this.isOver) throw new ParleyError('unavailable', 'The worker id is not held any more.');
  }
}
