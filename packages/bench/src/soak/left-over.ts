import { memoryToleranceShare, residueOf } from '../checker/residue.ts';
import type { ServerGauges } from '../measure/server-gauges.ts';

/** The heap may end this much above the baseline, besides the share: about what a few minutes of garbage are. */
export const heapToleranceBytes = 8 * 2 ** 20;

/** What did not return to the baseline, a sentence each: what I13 says of it, and the heap, where a leak of objects shows first. */
export function leftOver(baseline: ServerGauges, final: ServerGauges): string[] {
  const allowed = baseline.heapBytes * (1 + memoryToleranceShare) + heapToleranceBytes;
  const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const heap = `In the end ${mb(final.heapBytes)} of the heap are used, and ${mb(baseline.heapBytes)} were at the beginning.`;
  const dead = `In the end there are ${final.deadLetters} dead letters.`;
  return [
    ...residueOf(baseline, final),
    ...(final.heapBytes > allowed ? [heap] : []),
    ...(final.deadLetters > 0 ? [dead] : []),
  ];
}
