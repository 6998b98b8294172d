import type { Topic } from '../delivery.ts';
import type { Clock } from '../clock.ts';

/** Longer than any command is out. */
const keepMs = 30_000;

/**
 * Remembers for a while who was sent away, so that the outcome of a command that was already out cannot undo it: a listener
 * that left [D8] is not put back, a device whose session was ended is not signed in. [D16]
 */
export class Fence {
  private readonly clock: Clock;
  private readonly parts = new Map<string, number>();
  private readonly ends = new Map<number, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  parted(userId: number, topic: Topic): void {
    note(this.parts, `${userId} ${topic}`, this.clock.monotonic());
  }

  joined(userId: number, topic: Topic): void {
    if (this.parts.size > 0) this.parts.delete(`${userId} ${topic}`);
  }

  ended(deviceId: number): void {
    note(this.ends, deviceId, this.clock.monotonic());
  }

  /** Whether a command sent at `sentAtMs` may still make this user listen. */
  mayListen(userId: number, topic: Topic, sentAtMs: number): boolean {
    return this.parts.size === 0 || (this.parts.get(`${userId} ${topic}`) ?? -Infinity) < sentAtMs;
  }

  maySignIn(deviceId: number, sentAtMs: number): boolean {
    return (this.ends.get(deviceId) ?? -Infinity) < sentAtMs;
  }
}

/** Newest last, so that the old ones are found at the front. */
function note<Key>(times: Map<Key, number>, key: Key, nowMs: number): void {
  times.delete(key);
  times.set(key, nowMs);
  for (const [old, atMs] of times) {
    if (atMs > nowMs - keepMs) break;
    times.delete(old);
  }
}
