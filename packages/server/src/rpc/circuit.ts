import type { Clock } from '../clock.ts';

const circuitLimits = {
  backOffMsMin: 100,
  backOffMsMax: 5_000,
  /** So that not everybody comes back at the same moment. */
  jitter: 0.2,
} as const;

/** Keeps work from a node that fails, and says when it may be asked again. */
export class Circuit {
  private readonly clock: Clock;
  private backOffMs = 0;
  private closesAtMs: number | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** `closed`: work may go there. `open`: not now. `due`: it may be asked whether it is back. */
  get state(): 'closed' | 'open' | 'due' {
    if (this.closesAtMs === undefined) return 'closed';
    return this.clock.monotonic() < this.closesAtMs ? 'open' : 'due';
  }

  succeed(): void {
    this.backOffMs = 0;
    this.closesAtMs = undefined;
  }

  /** Each time in a row it is left alone for twice as long. */
  fail(): void {
    this.backOffMs = Math.min(Math.max(this.backOffMs * 2, circuitLimits.backOffMsMin), circuitLimits.backOffMsMax);
    const jitter = 1 + (Math.random() * 2 - 1) * circuitLimits.jitter;
    this.closesAtMs = this.clock.monotonic() + this.backOffMs * jitter;
  }
}
