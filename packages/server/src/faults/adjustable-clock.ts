import type { Clock } from '../clock.ts';

/** The wall clock as a time server, an operator or a suspended machine may leave it. Time that passes still passes. [F12] */
export class AdjustableClock implements Clock {
  private readonly clock: Clock;
  private offsetMs = 0;
  private frozenMs: number | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  now(): number {
    return this.frozenMs ?? this.clock.now() + this.offsetMs;
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  /** Ahead of the true clock, or behind it when negative; frozen it stays at what it says then. */
  set({ offsetMs, isFrozen }: { readonly offsetMs: number; readonly isFrozen: boolean }): void {
    this.offsetMs = offsetMs;
    this.frozenMs = isFrozen ? this.clock.now() + offsetMs : undefined;
  }

  state(): { readonly offsetMs: number; readonly isFrozen: boolean } {
    return { offsetMs: this.offsetMs, isFrozen: this.frozenMs !== undefined };
  }
}
