import type { Reading } from './meter.ts';
import { cpuSecondsOfAll } from './process-usage.ts';

export interface HopReading extends Reading {
  /** CPU seconds of each hop. */
  readonly hops: ReadonlyMap<string, number>;
}

/** Measures the work of several processes from `new HopMeter(…)` to `read()`. */
export class HopMeter {
  private readonly pids: ReadonlyMap<string, number>;
  private readonly beganAt = performance.now();
  private readonly before: ReadonlyMap<string, number>;
  private readonly ownBefore = process.cpuUsage();

  /** @param pids of each hop its process */
  constructor(pids: ReadonlyMap<string, number>) {
    this.pids = pids;
    this.before = cpuOf(pids);
  }

  read(): HopReading {
    const seconds = (performance.now() - this.beganAt) / 1_000;
    const { user, system } = process.cpuUsage(this.ownBefore);
    const hops = new Map(Array.from(cpuOf(this.pids), ([name, cpu]) => [name, cpu - (this.before.get(name) ?? 0)]));
    const cpuSeconds = [...hops.values()].reduce((sum, cpu) => sum + cpu, 0);
    return { seconds, cpuSeconds, hops, generatorShare: (user + system) / 1e6 / seconds };
  }
}

function cpuOf(pids: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map(Array.from(pids, ([name, pid]) => [name, cpuSecondsOfAll(pid)]));
}
