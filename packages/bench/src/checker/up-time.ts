import type { EventOf, HistoryEvent } from './history-event.ts';

interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of all outages before this one. */
  readonly beforeMs: number;
}

/** Time without the stretches in which a fault was on: what deadlines are counted in. */
export class UpTime {
  private readonly outages: readonly Outage[];

  constructor(events: readonly HistoryEvent[]) {
    this.outages = merged(faultsOf(events));
  }

  /** How much of the time from one moment to another the system was left alone. */
  between(fromMs: number, toMs: number): number {
    return this.until(toMs) - this.until(fromMs);
  }

  private until(atMs: number): number {
    let [low, high] = [0, this.outages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.outages[middle]?.fromMs ?? Infinity) < atMs) low = middle + 1;
      else high = middle;
    }
    const last = this.outages[low - 1];
    return last === undefined ? atMs : atMs - last.beforeMs - (Math.min(atMs, last.toMs) - last.fromMs);
  }
}

/** One fault from its beginning to when everybody was served again, as far as it came. */
export interface FaultCourse {
  readonly begin: EventOf<'fault'>;
  readonly end?: EventOf<'fault'>;
  readonly healed?: EventOf<'fault'>;
}

export function faultsOf(events: readonly HistoryEvent[]): FaultCourse[] {
  const courses = new Map<number, FaultCourse>();
  for (const event of events) {
    if (event.event !== 'fault') continue;
    const course = courses.get(event.fault) ?? { begin: event };
    courses.set(event.fault, { ...course, [event.phase]: event });
  }
  return [...courses.values()];
}

/** Faults that overlap are one outage. One that never ends lasts for good. */
function merged(courses: readonly FaultCourse[]): Outage[] {
  const outages: Outage[] = [];
  let beforeMs = 0;
  for (const { begin, end } of courses.toSorted((a, b) => a.begin.atMs - b.begin.atMs)) {
    const [fromMs, toMs] = [begin.atMs, end?.atMs ?? Infinity];
    const last = outages.at(-1);
    if (last !== undefined && fromMs <= last.toMs) {
      outages[outages.length - 1] = { ...last, toMs: Math.max(last.toMs, toMs) };
      continue;
    }
    if (last !== undefined) beforeMs += last.toMs - last.fromMs;
    outages.push({ fromMs, toMs, beforeMs });
  }
  return outages;
}
