import type { Clock } from './clock.ts';

/** A clock may be set ahead by so much and be believed at once. */
const believedMs = 3_600_000;

/**
 * Says what is over by a clock that somebody may set. A jump ahead ends nothing early: as long as this process lives, no more
 * time has passed than passed for it, and a little. [F12]
 */
export class Expiry {
  private readonly clock: Clock;
  private readonly bornMs: number;
  private readonly bornAtMs: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.bornMs = clock.now();
    this.bornAtMs = clock.monotonic();
  }

  /** What is over by now ended at this time or before, in milliseconds since 1970. */
  now(): number {
    const passedMs = this.clock.monotonic() - this.bornAtMs;
    return Math.min(this.clock.now(), this.bornMs + passedMs + believedMs);
  }

  isOver(expiresAt: number): boolean {
    return expiresAt <= this.now();
  }
}
