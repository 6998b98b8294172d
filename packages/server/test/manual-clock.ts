import type { Clock } from '../src/clock.ts';

/** A clock that a test turns. */
export class ManualClock implements Clock {
  private nowMs: number;

  constructor(nowMs = Date.UTC(2026, 0, 5, 9)) {
    this.nowMs = nowMs;
  }

  now(): number {
    return this.nowMs;
  }

  monotonic(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }
}
