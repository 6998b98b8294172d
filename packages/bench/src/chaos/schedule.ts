import type { FaultClass } from '../checker/history-event.ts';
import { roster } from './actors/roster.ts';
import { scriptOf } from './actors/script.ts';
import type { Step } from './actors/act.ts';
import type { Shape } from './deployment/deployment.ts';
import type { Strike } from './faults/strike.ts';
import { phasesOf, type Phase } from './phases.ts';
import { Random } from './random.ts';

export interface ScheduleOptions {
  readonly seed: number;
  /** At least this long; strikes may need longer. */
  readonly forMs: number;
  /** Which faults there are; default: those of one process. */
  readonly shape?: Shape;
  /** Only strikes of these classes; all when left out. */
  readonly only?: readonly FaultClass[];
}

/** What will happen in a run. */
export interface Schedule {
  readonly seed: number;
  /** In each every fault once, or as often as it has places to strike. */
  readonly rounds: readonly (readonly Phase[])[];
  /** By device; begun anew when the strikes take longer. */
  readonly scripts: ReadonlyMap<string, readonly Step[]>;
}

/** How long every fault once takes, about. */
export const roundMs = 30_000;

/** The same for the same seed. @throws RangeError naming a class that has no strike: a run without it proves nothing of it. */
export function scheduleOf({ seed, forMs, only, shape = 'one-process' }: ScheduleOptions): Schedule {
  const random = new Random(seed);
  const isWanted = (strike: Strike): boolean => only?.includes(strike.class) ?? true;
  const rounds = Array.from({ length: Math.max(1, Math.round(forMs / roundMs)) }, (_, round) =>
    phasesOf(random.stream(`round ${round}`), { turn: seed + round, shape }),
  );
  const all = new Set(
    rounds.flat().flatMap(({ system, edges }) => [...system, ...edges.flat()].map((one) => one.class)),
  );
  const unknown = only?.find((name) => !all.has(name));
  if (unknown !== undefined) throw new RangeError(`There is no fault of the class ${unknown}.`);
  const scripts = roster.map(
    (entry) => [entry.device, scriptOf(entry, forMs, random.stream(`script of ${entry.device}`))] as const,
  );
  const wanted = rounds.map((phases) => phases.map((phase) => withOnly(phase, isWanted)));
  return { seed, scripts: new Map(scripts), rounds: wanted };
}

function withOnly({ name, system, edges }: Phase, isWanted: (strike: Strike) => boolean): Phase {
  return { name, system: system.filter(isWanted), edges: edges.map((lane) => lane.filter(isWanted)) };
}
