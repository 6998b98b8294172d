/** How many things happened in each second. */
export class Histogram {
  private beganAt = performance.now();
  private readonly counts: number[] = [];

  /** Forgets what was, and counts from now. */
  restart(): void {
    this.beganAt = performance.now();
    this.counts.length = 0;
  }

  note(): void {
    const second = Math.floor((performance.now() - this.beganAt) / 1_000);
    this.counts[second] = (this.counts[second] ?? 0) + 1;
  }

  get perSecond(): readonly number[] {
    return Array.from(this.counts, (count) => count ?? 0);
  }

  get total(): number {
    return this.perSecond.reduce((sum, count) => sum + count, 0);
  }
}

const barWidth = 50;

/** A line for each second that had any. */
export function drawn(perSecond: readonly number[]): readonly string[] {
  const most = Math.max(1, ...perSecond);
  return perSecond.flatMap((count, second) =>
    count === 0
      ? []
      : [
          `${String(second).padStart(4)} s ${String(count).padStart(5)} ${'█'.repeat(Math.ceil((count / most) * barWidth))}`,
        ],
  );
}
