import type { FaultClass, HistoryEvent } from './history-event.ts';
import type { History } from './history.ts';

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StretchFault {
  readonly class: FaultClass;
  readonly name: string;
}

/**
 * The history with stretches in which something besides the system was in the way, as faults that heal at once: deadlines do
 * not count them. [I12] Their numbers are negative, so that they are none of the harness’s.
 */
export function withStretches(history: History, stretches: readonly Stretch[], what: StretchFault): History {
  const lowest = history.events.reduce((low, event) => (event.event === 'fault' ? Math.min(low, event.fault) : low), 0);
  const faults = stretches.flatMap(({ fromMs, toMs }, index): HistoryEvent[] => {
    const fault = { event: 'fault', ...what, fault: lowest - 1 - index } as const;
    return [
      { ...fault, phase: 'begin', atMs: fromMs },
      { ...fault, phase: 'end', atMs: toMs },
      { ...fault, phase: 'healed', atMs: toMs },
    ];
  });
  return { ...history, events: [...history.events, ...faults].toSorted((a, b) => a.atMs - b.atMs) };
}

export function totalMsOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}
