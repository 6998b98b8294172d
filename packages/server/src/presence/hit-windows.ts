import type { Clock } from '../clock.ts';

interface HitWindow {
  /** When the counted hits were, oldest first; those before `first` are out of the window. */
  readonly timesMs: number[];
  first: number;
  endsAtMs: number;
}

const keysMax = 200_000;
/** Keys looked at per hit, so that idle ones go as fast as new ones come. */
const sweptPerHit = 2;

/** Sliding windows that count exactly. Refused hits are not counted, so that whoever waits gets through. [P6] */
export class HitWindows {
  private readonly clock: Clock;
  private readonly windows = new Map<string, HitWindow>();
  private sweep = this.windows.entries();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  hit(key: string, limit: number, windowMs: number): { readonly retryAfterMs: number; readonly remaining: number } {
    const now = this.clock.monotonic();
    this.sweepSome(now);
    const window = this.windowOf(key);
    const { timesMs } = window;
    slide(window, now - windowMs);
    const oldest = timesMs[timesMs.length - limit];
    if (timesMs.length - window.first >= limit)
      return { retryAfterMs: Math.max(1, Math.ceil((oldest ?? now) + windowMs - now)), remaining: 0 };
    timesMs.push(now);
    window.endsAtMs = now + windowMs;
    return { retryAfterMs: 0, remaining: limit - (timesMs.length - window.first) };
  }

  /** Keys held. */
  get size(): number {
    return this.windows.size;
  }

  private windowOf(key: string): HitWindow {
    const known = this.windows.get(key);
    if (known !== undefined) return known;
    if (this.windows.size >= keysMax) this.dropOldest();
    const window: HitWindow = { timesMs: [], first: 0, endsAtMs: 0 };
    this.windows.set(key, window);
    return window;
  }

  private dropOldest(): void {
    for (const key of this.windows.keys()) {
      this.windows.delete(key);
      return;
    }
  }

  private sweepSome(now: number): void {
    for (let left = sweptPerHit; left > 0; left--) {
      const next = this.sweep.next();
      if (next.done === true) {
        this.sweep = this.windows.entries();
        return;
      }
      if (next.value[1].endsAtMs <= now) this.windows.delete(next.value[0]);
    }
  }
}

function slide(window: HitWindow, sinceMs: number): void {
  const { timesMs } = window;
  while (window.first < timesMs.length && (timesMs[window.first] as number) <= sinceMs) window.first++;
  // Half of it is over: one move per as many hits.
  if (window.first * 2 < timesMs.length) return;
  timesMs.splice(0, window.first);
  window.first = 0;
}
