import { ParleyError } from '@parley/protocol';
import type { Clock } from './clock.ts';

interface Pending {
  readonly dueMs: number;
  readonly reject: (error: ParleyError) => void;
}

const sweepsPerDeadline = 8;

/**
 * Ends promises that take longer than `deadlineMs` with `deadline-exceeded`. All share one timer, which runs only while
 * something is pending, so that a call costs none of its own.
 */
export class Deadlines {
  private readonly clock: Clock;
  private readonly deadlineMs: number;
  private readonly intervalMs: number;
  /** In the order of their ends, because all take equally long. */
  private readonly pending = new Set<Pending>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private whenIdle: (() => void) | undefined;

  constructor(clock: Clock, deadlineMs: number) {
    this.clock = clock;
    this.deadlineMs = deadlineMs;
    this.intervalMs = Math.max(1, deadlineMs / sweepsPerDeadline);
  }

  /** Nothing is ended before this. */
  get leastMs(): number {
    return this.deadlineMs - this.intervalMs;
  }

  guard<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = { dueMs: this.clock.monotonic() + this.deadlineMs, reject };
      this.pending.add(pending);
      this.timer ??= this.nextSweep();
      void work.then(resolve, reject).then(() => this.settle(pending));
    });
  }

  /** Resolves when nothing is pending; what hangs ends at its deadline. */
  idle(): Promise<void> {
    return this.pending.size === 0 ? Promise.resolve() : new Promise((resolve) => (this.whenIdle = resolve));
  }

  private settle(pending: Pending): void {
    this.pending.delete(pending);
    if (this.pending.size === 0) this.whenIdle?.();
  }

  private nextSweep(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.sweep(), this.intervalMs);
    timer.unref();
    return timer;
  }

  /** Ends what would be over its time at the next sweep, so that nothing takes longer than the deadline. [C2] */
  private sweep(): void {
    const dueMs = this.clock.monotonic() + this.intervalMs;
    for (const pending of this.pending) {
      if (pending.dueMs > dueMs) break;
      this.pending.delete(pending);
      pending.reject(new ParleyError('deadline-exceeded'));
    }
    this.timer = this.pending.size === 0 ? undefined : this.nextSweep();
    if (this.pending.size === 0) this.whenIdle?.();
  }
}
