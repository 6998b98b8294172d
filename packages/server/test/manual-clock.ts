import type { Clock } from '../src/clock.ts';

/** A clock that a test turns. */
export class ManualClock implements Clock {
  private nowMs: number;
  private backMs = 0;

  constructor(nowMs = Date.UTC(2026, 0, 5, 9)) {
    this.nowMs = nowMs;
  }

  now(): number {
    return this.nowMs - this.backMs;
  }

  monotonic(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  /** Sets the wall clock back, as an operator or a time server does; time that passed stays passed. */
  setBack(ms: number): void {
    this.backMs += ms;
  }
}
