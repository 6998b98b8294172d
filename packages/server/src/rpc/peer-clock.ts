/** Clocks of two machines drift apart by no more than this share of the time that passes. */
const driftShare = 1e-4;
/** As much may drift until the clock is asked again. */
const driftMsMax = 100;

/**
 * How far the clock of another process is ahead of ours, without either knowing what time it is. What it says in an answer it said
 * before we heard it, so ours and the difference are never more than its own says. A moment of ours comes there too early by what
 * the quickest answer took, and never too late. [C13]
 */
export class PeerClock {
  private bestMs = -Infinity;
  private atMs = 0;

  /** Something was heard, and not so long ago that a moment of ours would come far too early. */
  isKnown(nowMs: number): boolean {
    return this.hasSpoken && (nowMs - this.atMs) * driftShare <= driftMsMax;
  }

  /** What to add to our clock; undefined while nothing was heard. Every time in milliseconds that only grow. */
  leadMs(nowMs: number): number | undefined {
    return this.hasSpoken ? this.bestMs - (nowMs - this.atMs) * driftShare : undefined;
  }

  /** An answer that came at `nowMs` says `theirMs`. */
  hear(theirMs: number, nowMs: number): void {
    if (Number.isNaN(theirMs)) return;
    this.bestMs = Math.max(this.leadMs(nowMs) ?? -Infinity, theirMs - nowMs);
    this.atMs = nowMs;
  }

  private get hasSpoken(): boolean {
    return this.bestMs > -Infinity;
  }
}
