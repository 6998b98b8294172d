import { Meter } from '../measure/meter.ts';
import { readServerGauges, type ServerGauges } from '../measure/server-gauges.ts';
import type { Latencies } from './latencies.ts';

export type Phase = 'warm-up' | 'baseline' | 'load' | 'quiet';

/** How things stood at one moment, and how much was done since the one before. */
export interface Sample extends ServerGauges {
  /** Since the soak began. */
  readonly atSeconds: number;
  readonly phase: Phase;
  /** Shares of one core. */
  readonly serverCpu: number;
  readonly generatorCpu: number;
  readonly sends: number;
  /** NaN when nothing was sent. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Watched {
  readonly pid: number;
  readonly opsPort: number;
}

/** Then whoever waits for it looks, and a second look at the same time would be one more connection. */
function isAtRest(phase: Phase): boolean {
  return phase === 'baseline' || phase === 'quiet';
}

/** Looks at a server every few seconds while there is load, and whenever it is told to. */
export class Sampler implements Disposable {
  readonly samples: Sample[] = [];
  phase: Phase = 'warm-up';
  private readonly watched: Watched;
  private readonly latencies: Latencies;
  private readonly beganAt = performance.now();
  private readonly timer: ReturnType<typeof setInterval>;
  private meter: Meter;

  constructor(watched: Watched, latencies: Latencies, everyMs: number) {
    this.watched = watched;
    this.latencies = latencies;
    this.meter = new Meter(watched.pid);
    this.timer = setInterval(() => {
      if (isAtRest(this.phase)) return;
      // A server that does not answer is seen by everybody else, too.
      this.take().catch(() => undefined);
    }, everyMs);
  }

  async take(): Promise<Sample> {
    const { phase } = this;
    const gauges = await readServerGauges(this.watched.pid, this.watched.opsPort);
    const { seconds, cpuSeconds, generatorShare } = this.meter.read();
    this.meter = new Meter(this.watched.pid);
    const { count, p50Ms, p99Ms } = this.latencies.take();
    const sample: Sample = {
      ...gauges,
      atSeconds: (performance.now() - this.beganAt) / 1_000,
      phase,
      serverCpu: cpuSeconds / seconds,
      generatorCpu: generatorShare,
      sends: count,
      p50Ms,
      p99Ms,
    };
    this.samples.push(sample);
    return sample;
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }
}
