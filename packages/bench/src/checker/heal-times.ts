import { summaryOf } from '../measure/statistics.ts';
import type { FaultClass } from './history-event.ts';
import type { History } from './history.ts';
import { faultsOf } from './up-time.ts';

/** How long it took, after faults of one kind had ended, until everybody was served again. */
export interface HealTime {
  readonly class: FaultClass;
  readonly name: string;
  readonly count: number;
  readonly medianMs: number;
  readonly highestMs: number;
}

/** One row per kind of fault, in the order of classes. Faults that never healed are violations and not in here. [I12] */
export function healTimes(history: History): HealTime[] {
  const healed = faultsOf(history.events).flatMap(({ begin, end, healed }) =>
    end === undefined || healed === undefined
      ? []
      : [{ class: begin.class, name: begin.name, ms: healed.atMs - end.atMs }],
  );
  const kinds = Map.groupBy(healed, (one) => `${one.class} ${one.name}`);
  return [...kinds.values()].flatMap(rowOf).toSorted((a, b) => Number(a.class.slice(1)) - Number(b.class.slice(1)));
}

interface Healed {
  readonly class: FaultClass;
  readonly name: string;
  readonly ms: number;
}

function rowOf(kind: readonly Healed[]): HealTime[] {
  const [first] = kind;
  if (first === undefined) return [];
  const { median, highest } = summaryOf(kind.map(({ ms }) => ms));
  return [{ class: first.class, name: first.name, count: kind.length, medianMs: median, highestMs: highest }];
}
