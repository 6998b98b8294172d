import { percentile } from '../measure/statistics.ts';

/** How long sends took from the call to the ack, since somebody looked last. */
export class Latencies {
  private values: number[] = [];

  async measure<Result>(work: () => Promise<Result>): Promise<Result> {
    const beganAt = performance.now();
    const result = await work();
    this.values.push(performance.now() - beganAt);
    return result;
  }

  /** NaN when nothing was sent. */
  take(): { readonly count: number; readonly p50Ms: number; readonly p99Ms: number } {
    const { values } = this;
    this.values = [];
    return { count: values.length, p50Ms: percentile(values, 0.5), p99Ms: percentile(values, 0.99) };
  }
}
