import type { HistoryEvent } from './history-event.ts';
import type { History } from './history.ts';
import { indexRun, type Run } from './run.ts';
import { sentenceOf } from './sentence-of.ts';
import { subjectsOf } from './subjects-of.ts';
import type { Truth } from './truth.ts';
import { faultsOf } from './up-time.ts';
import type { Subject, Violation } from './violation.ts';

/** Lines a person reads; of a longer timeline the middle is left out, but for what shows the violation. */
export const timelineLinesMax = 40;

const noTruth: Truth = { conversations: [], devices: [], presence: [] };

/**
 * What led to a violation, for the terminal: one line for each event that touches the message, the conversation on the device, or
 * the device it is about, for the comings and goings of the devices among them, and for the faults that were on meanwhile. What
 * shows the violation is marked.
 */
export function shortestTimeline(history: History, { rule, says, about, events }: Violation): string {
  const run = indexRun(history, noTruth);
  const evidence = new Set(events);
  const touching = history.events.filter((event) => evidence.has(event) || touches(run, event, about));
  const shown = new Set([
    ...touching,
    ...connectionsAmid(history, devicesOf(run, touching), touching),
    ...faultsAmid(history, touching),
  ]);
  const timeline = history.events.filter((event) => shown.has(event));
  const lines = shortened(timeline, evidence).map((event) =>
    typeof event === 'string' ? event : lineOf(run, event, { about, isEvidence: evidence.has(event) }),
  );
  return [`${rule}  ${says}`, ...lines].join('\n');
}

function touches(run: Run, event: HistoryEvent, about: Subject): boolean {
  const isAttempt = 'attempt' in event;
  return subjectsOf(run, event).some((subject) => {
    if (about.fault !== undefined) return subject.fault === about.fault;
    if (about.conversationId !== undefined && subject.conversationId !== about.conversationId) return false;
    const isOwn = about.device === undefined || subject.device === about.device;
    if (about.seq === undefined && about.clientMsgId === undefined) return about.device !== undefined && isOwn;
    return isSameMessage(subject, about) && (isOwn || isAttempt);
  });
}

function isSameMessage(a: Subject, b: Subject): boolean {
  return (a.seq !== undefined && a.seq === b.seq) || (a.clientMsgId !== undefined && a.clientMsgId === b.clientMsgId);
}

function devicesOf(run: Run, events: readonly HistoryEvent[]): ReadonlySet<string> {
  const devices = events.flatMap((event) => subjectsOf(run, event).map(({ device }) => device));
  return new Set(devices.filter((device) => device !== undefined));
}

function connectionsAmid(
  { events }: History,
  devices: ReadonlySet<string>,
  touching: readonly HistoryEvent[],
): HistoryEvent[] {
  const [fromMs, toMs] = spanOf(touching);
  return events.filter(
    (event) =>
      (event.event === 'lost' || event.event === 'regained') &&
      devices.has(event.device) &&
      event.atMs >= fromMs &&
      event.atMs <= toMs,
  );
}

function faultsAmid({ events }: History, touching: readonly HistoryEvent[]): HistoryEvent[] {
  const [fromMs, toMs] = spanOf(touching);
  return faultsOf(events)
    .filter(({ begin, end, healed }) => begin.atMs <= toMs && ((healed ?? end)?.atMs ?? Infinity) >= fromMs)
    .flatMap(({ begin, end, healed }) => [begin, end, healed])
    .filter((event) => event !== undefined);
}

function spanOf(events: readonly HistoryEvent[]): readonly [fromMs: number, toMs: number] {
  return [events[0]?.atMs ?? Infinity, events.at(-1)?.atMs ?? -Infinity];
}

/** A text stands for what is left out. */
function shortened(timeline: readonly HistoryEvent[], evidence: ReadonlySet<HistoryEvent>): (HistoryEvent | string)[] {
  const left = timeline.length - timelineLinesMax;
  if (left <= 0) return [...timeline];
  const half = timelineLinesMax / 2;
  const middle = timeline.slice(half, -half).filter((event) => evidence.has(event));
  return [...timeline.slice(0, half), ...middle, `  … ${left - middle.length} more …`, ...timeline.slice(-half)];
}

interface LineOptions {
  readonly about: Subject;
  readonly isEvidence: boolean;
}

function lineOf(run: Run, event: HistoryEvent, { about, isEvidence }: LineOptions): string {
  const [{ device } = {}] = subjectsOf(run, event);
  const time = (event.atMs / 1_000).toFixed(3).padStart(9);
  return `${isEvidence ? '>' : ' '}${time} s  ${(device ?? '').padEnd(10)}  ${sentenceOf(event, about)}`;
}
