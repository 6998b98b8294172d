import type { HistoryEvent } from '../checker/history-event.ts';
import { shortestTimeline } from '../checker/shortest-timeline.ts';
import type { RunResult } from './run.ts';
import type { StrikeResult } from './strikes.ts';

const timelinesMax = 5;
const sentencesMax = 50;

/** What came of a run, for people: faults, counts, violations. */
export function reportOf(result: RunResult): string {
  const { strikes, history, tookMs } = result;
  return [
    faultTable(strikes),
    countsLine(history.events),
    ...strikes.filter(({ failure }) => failure !== undefined).map(failureText),
    `Seed ${result.seed}, ${seconds(tookMs)} s${result.heldUpMs > 0 ? `; for ${seconds(result.heldUpMs)} s of them the machine was busy with something else` : ''}.`,
    ...violationsText(result),
  ].join('\n');
}

/** The first few with what led to them; of the others what they say. */
function violationsText({ history, violations }: RunResult): string[] {
  const whole = violations.slice(0, timelinesMax).map((violation) => `\n${shortestTimeline(history, violation)}`);
  const short = violations.slice(timelinesMax, timelinesMax + sentencesMax).map(({ rule, says }) => `${rule}  ${says}`);
  const more = violations.length - whole.length - short.length;
  return [...whole, '', ...short, ...(more > 0 ? [`… and ${more} more`] : [])];
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

/** A strike that failed is a failure of the run: what did not happen proves nothing. */
export function failuresOf({ strikes }: RunResult): readonly StrikeResult[] {
  return strikes.filter(({ failure }) => failure !== undefined);
}

interface Row {
  readonly class: string;
  readonly name: string;
  readonly times: string;
  readonly hits: string;
  readonly heal: string;
}

const head: Row = { class: 'fault', name: 'what happened', times: 'times', hits: 'seen', heal: 'time to heal' };

function faultTable(strikes: readonly StrikeResult[]): string {
  const kinds = [...Map.groupBy(strikes, (strike) => `${strike.class} ${strike.name}`).values()];
  const rows = kinds.map(rowOf).toSorted((a, b) => numberOf(a) - numberOf(b) || a.name.localeCompare(b.name));
  const columns = ['class', 'name', 'times', 'hits', 'heal'] as const;
  const all = [head, ...rows];
  const widths = columns.map((column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      columns
        .map((column, index) => row[column].padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf(kind: readonly StrikeResult[]): Row {
  const [first] = kind as [StrikeResult];
  const heals = kind.flatMap(({ healMs }) => (healMs === undefined ? [] : [healMs]));
  return {
    class: first.class,
    name: first.name,
    times: String(kind.length),
    hits: String(kind.reduce((sum, { hits }) => sum + hits, 0)),
    heal: first.notRun === undefined ? healText(heals) : `not run: ${first.notRun}`,
  };
}

function healText(heals: readonly number[]): string {
  if (heals.length === 0) return '–';
  const [lowest, highest] = [Math.min(...heals), Math.max(...heals)];
  return lowest === highest ? `${lowest} ms` : `${lowest} to ${highest} ms`;
}

function numberOf({ class: name }: Row): number {
  return Number(name.slice(1));
}

function failureText({ class: name, name: what, failure }: StrikeResult): string {
  return `${name} ${what} failed: ${failure ?? ''}`;
}

function countsLine(events: readonly HistoryEvent[]): string {
  const counts = new Map<string, number>();
  for (const { event } of events) counts.set(event, (counts.get(event) ?? 0) + 1);
  const of = (name: HistoryEvent['event']): number => counts.get(name) ?? 0;
  return `${of('send')} sends: ${of('acked')} acked, ${of('refused')} refused, ${of('unknown')} unknown · ${of('changed')} changes · ${of('pushed')} pushes · ${of('page')} pages · ${of('resumed')} resumes · ${of('lost')} connections lost`;
}
