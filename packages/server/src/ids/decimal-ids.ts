/** Steps of one millisecond and worker. */
export const stepsPerMs = 4_096;
const workers = 1_024;
const tail = 10_000;
const padded = Array.from({ length: tail }, (_, value) => String(value).padStart(4, '0'));

/**
 * The ids of one millisecond and worker as decimal strings, `(ms × 1024 + worker) × 4096 + step`, without a BigInt per id:
 * all but the last four digits are the same for all of them, or one more. Exact for the 41 bits of `ms`.
 */
export class DecimalIds {
  private head = '';
  private nextHead = '';
  private offset = 0;

  moveTo(ms: number, workerId: number): void {
    // 4096 / 10000 = 256 / 625: split by 625, every product stays below 2^53.
    const place = ms * workers + workerId;
    const quotient = Math.floor(place / 625);
    const rest = (place - quotient * 625) * stepsPerMs;
    const carry = Math.floor(rest / tail);
    const head = quotient * 256 + carry;
    this.offset = rest - carry * tail;
    this.head = head === 0 ? '' : String(head);
    this.nextHead = String(head + 1);
  }

  at(step: number): string {
    const last = this.offset + step;
    return last < tail ? this.head + (padded[last] ?? '') : this.nextHead + (padded[last - tail] ?? '');
  }
}
