import type { ErrorCode } from '@parley/protocol';

/** Counts what was refused, by the code it was refused with, since the start. */
export class Refusals {
  private readonly counts = new Map<ErrorCode, number>();

  note(code: ErrorCode, count = 1): void {
    this.counts.set(code, this.of(code) + count);
  }

  of(code: ErrorCode): number {
    return this.counts.get(code) ?? 0;
  }

  all(): ReadonlyMap<ErrorCode, number> {
    return this.counts;
  }
}
