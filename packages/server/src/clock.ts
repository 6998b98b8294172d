/** Time, injected so that tests can turn it. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC; may go back. */
  now(): number;
  /** Milliseconds that never go back; for durations and deadlines. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
