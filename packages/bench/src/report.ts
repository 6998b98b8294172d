import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './measure/machine.ts';
import { summaryOf } from './measure/statistics.ts';
import type { Figure, Outcome } from './scenario.ts';

export interface Result extends Outcome {
  readonly id: string;
  readonly title: string;
}

export interface Report {
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly results: readonly Result[];
}

const significantDigits = 3;

/** Writes `<day>-<commit>.json` and `.md`. @returns the path without the ending. */
export function writeReport(report: Report, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { at, commit } = report.machine;
  const path = join(folder, `${at.slice(0, 10)}-${commit}${report.isQuick ? '-quick' : ''}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${path}.md`, markdownOf(report));
  return path;
}

export function markdownOf({ machine, isQuick, results }: Report): string {
  const rows = results.flatMap(({ id, title, figures }) =>
    figures.map((figure) => `| ${id.toUpperCase()} ${title} | ${figure.name} | ${cells(figure).join(' | ')} |`),
  );
  return [
    `# Benchmarks of ${machine.at.slice(0, 10)}${isQuick ? ', quick' : ''}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}, loopback; Bun ${machine.bun}, SQLite ${machine.sqlite};`,
    `commit ${machine.commit}${machine.isModified ? ' with changes' : ''}; load before: ${machine.loadBefore.toFixed(1)}.`,
    'Server and generator are two processes on this machine. CPU is user and kernel time of the whole server process.',
    '≥ where the generator used more than 70 % of its core. Every delivery was counted; a run that lost, doubled or swapped one has failed.',
    '',
    '| Benchmark | Figure | Median | Lowest – highest | Budget |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...results.map(({ id, workload }) => `- ${id.toUpperCase()}: ${workload}.`),
    '',
  ].join('\n');
}

function cells({ unit, values, budget, isAtLeast }: Figure): string[] {
  const { median, lowest, highest } = summaryOf(values);
  const middle = `${isAtLeast === true ? '≥ ' : ''}${written(median)}${unit === '' || unit === '/s' ? unit : ` ${unit}`}`;
  return [middle, `${written(lowest)} – ${written(highest)}`, budget ?? ''];
}

function written(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: significantDigits });
}
