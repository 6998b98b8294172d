import type { Topic } from '../delivery.ts';
import type { Clock } from '../clock.ts';

/** Longer than any command is out. */
const keepMs = 30_000;

/** Longer than a delivery may come late, or a second time. */
const keepTurnsMs = 600_000;
const turnsMax = 100_000;

/** A user came or went with this version of the conversation. */
interface Turn {
  readonly version: number;
  readonly atMs: number;
}

/**
 * Remembers for a while who was sent away, so that the outcome of a command that was already out cannot undo it: a listener
 * that left [D8] is not put back, a device whose session was ended is not signed in. [D16]
 * Nor can a delivery that comes late or twice: who came and went stays gone. [F7]
 */
export class Fence {
  private readonly clock: Clock;
  private readonly parts = new Map<string, number>();
  private readonly ends = new Map<number, number>();
  private readonly turns = new Map<string, Turn>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Returns whether it is so: not when something newer was heard. `version` is -1 where none tells. */
  parted(userId: number, topic: Topic, version: number): boolean {
    const key = `${userId} ${topic}`;
    if (!this.isNews(key, version)) return false;
    note(this.parts, key, this.clock.monotonic());
    return true;
  }

  /** As `parted`. */
  joined(userId: number, topic: Topic, version: number): boolean {
    const key = `${userId} ${topic}`;
    if (!this.isNews(key, version)) return false;
    if (this.parts.size > 0) this.parts.delete(key);
    return true;
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

  /** A delivery that comes twice is no news either: what it asks for was done. */
  private isNews(key: string, version: number): boolean {
    if (version < 0) return true;
    const nowMs = this.clock.monotonic();
    if ((this.turns.get(key)?.version ?? 0) >= version) return false;
    this.turns.delete(key);
    this.turns.set(key, { version, atMs: nowMs });
    for (const [old, { atMs }] of this.turns) {
      if (atMs > nowMs - keepTurnsMs && this.turns.size <= turnsMax) break;
      this.turns.delete(old);
    }
    return true;
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
