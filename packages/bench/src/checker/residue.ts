import type { Gauges } from './history-event.ts';
import type { Run } from './run.ts';
import type { Violation } from './violation.ts';

/**
 * Memory may end this much above the baseline: the runtime gives freed pages back late and in part and keeps compiled code, and
 * the database's writer may come to use all of its page cache, `sqliteLimits.cacheBytes`, as the file grows.
 */
export const memoryToleranceShare = 0.25;
export const memoryToleranceBytes = 64 * 2 ** 20;

/** I13: with the same devices connected and nothing to do, the server holds what it held after warming up. */
export function residue({ truth }: Run): Violation[] {
  const { gauges } = truth;
  if (gauges === undefined) return [];
  return residueOf(gauges.baseline, gauges.final).map((says) => ({ rule: 'I13', says, events: [], about: {} }));
}

/** What is left over, a sentence each. Memory has a tolerance; everything else is exact. */
export function residueOf(baseline: Gauges, final: Gauges): string[] {
  const exact = (['descriptors', 'queueDepth', 'sockets', 'topics'] as const)
    .filter((name) => final[name] > baseline[name])
    .map((name) => `In the end there are ${final[name]} ${names[name]}, and were ${baseline[name]} at the beginning.`);
  const allowed = baseline.memoryBytes * (1 + memoryToleranceShare) + memoryToleranceBytes;
  return final.memoryBytes <= allowed ? exact : [...exact, memoryText(baseline, final)];
}

const names = {
  descriptors: 'descriptors',
  queueDepth: 'entries waiting',
  sockets: 'sockets',
  topics: 'topics',
} as const;

function memoryText(baseline: Gauges, final: Gauges): string {
  const mb = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
  return `In the end the server holds ${mb(final.memoryBytes)} of memory, and held ${mb(baseline.memoryBytes)} at the beginning.`;
}
