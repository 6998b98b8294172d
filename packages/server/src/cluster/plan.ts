import type { Role } from '../config/settings.ts';

/** Kinds of processes, in the order in which they start. What people see in a browser needs page, API and sockets on one origin. */
export const parts = {
  logic: ['logic'],
  task: ['task'],
  connect: ['connect'],
  api: ['site', 'api', 'connect'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Part = keyof typeof parts;
export const partNames = Object.keys(parts) as readonly Part[];

/** Those who hold clients tell them first; then what is on its way is brought there; whoever decides goes last. */
export const stopPhases: readonly (readonly Part[])[] = [['connect', 'api'], ['task'], ['logic']];

export type Counts = Readonly<Record<Part, number>>;
export const usualCounts: Counts = { logic: 2, task: 2, connect: 2, api: 1 };
/** Of one kind; more is more than one machine is good for. */
export const countMax = 16;

/** One process of the cluster, whichever start of it. */
export interface Place {
  /** Such as `connect-2`. */
  readonly name: string;
  readonly part: Part;
}

export function placesOf(counts: Counts): readonly Place[] {
  return partNames.flatMap((part) =>
    Array.from({ length: counts[part] }, (_, index) => ({ name: `${part}-${index + 1}`, part })),
  );
}
