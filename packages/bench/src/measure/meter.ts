import { cpuSecondsOf } from './process-usage.ts';

/** What one stretch of work took. */
export interface Reading {
  readonly seconds: number;
  /** Of the measured process. */
  readonly cpuSeconds: number;
  /** The part of its one core that the generator used: above 0.7 it may be what held things up. */
  readonly generatorShare: number;
}

export const generatorShareMax = 0.7;

/** Measures the work of another process from `new Meter(pid)` to `read()`. */
export class Meter {
  private readonly pid: number;
  private readonly beganAt = performance.now();
  private readonly cpuBefore: number;
  private readonly ownBefore = process.cpuUsage();

  constructor(pid: number) {
    this.pid = pid;
    this.cpuBefore = cpuSecondsOf(pid);
  }

  read(): Reading {
    const seconds = (performance.now() - this.beganAt) / 1_000;
    const { user, system } = process.cpuUsage(this.ownBefore);
    return {
      seconds,
      cpuSeconds: cpuSecondsOf(this.pid) - this.cpuBefore,
      generatorShare: (user + system) / 1e6 / seconds,
    };
  }
}
