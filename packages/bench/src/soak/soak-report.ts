import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryToleranceBytes, memoryToleranceShare } from '../checker/residue.ts';
import type { Machine } from '../measure/machine.ts';
import { percentile } from '../measure/statistics.ts';
import { heapToleranceBytes } from './left-over.ts';
import { soakGraph } from './soak-graph.ts';
import type { SoakResult } from './soak.ts';
import type { Sample } from './sampler.ts';

export interface SoakReport {
  readonly machine: Machine;
  readonly result: SoakResult;
}

/** Shorter ones are smoke tests, and named so. */
const minutesMin = 10;
/** The JSON has all. */
const violationsShown = 20;

/** Writes `soak-<day>-<commit>` as `.json`, `.md` and `.svg`. @returns the path without the ending. */
export function writeSoakReport(report: SoakReport, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { at, commit } = report.machine;
  const kind = report.result.options.minutes < minutesMin ? '-short' : '';
  const name = `soak-${at.slice(0, 10)}-${commit}${kind}`;
  const path = join(folder, name);
  const { history: _, done, refused, violations, ...figures } = report.result;
  const counts = { done: Object.fromEntries(done), refused: Object.fromEntries(refused) };
  const json = { machine: report.machine, ...figures, ...counts, violations };
  writeFileSync(`${path}.json`, `${JSON.stringify(json, null, 1)}\n`);
  writeFileSync(`${path}.md`, soakMarkdown(report, `${name}.svg`));
  writeFileSync(`${path}.svg`, soakGraph(report.result));
  return path;
}

export function soakMarkdown({ machine, result }: SoakReport, graph: string): string {
  const { options, residue, violations, history } = result;
  return [
    `# Soak of ${machine.at.slice(0, 10)}, ${options.minutes} min`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}, loopback; Bun ${machine.bun}, SQLite ${machine.sqlite};`,
    `commit ${machine.commit}${machine.isModified ? ' with changes' : ''}; load before: ${machine.loadBefore.toFixed(1)}; seed ${options.seed}.`,
    'One server process with its ordinary settings, rate limits included; the load comes from another process.',
    '',
    verdict(residue, violations.length),
    '',
    ...residue.map((text) => `- ${text}`),
    ...violations.slice(0, violationsShown).map(({ rule, says }) => `- ${rule}: ${says}`),
    ...(residue.length + violations.length === 0 ? [] : ['']),
    `![Memory, descriptors, queue, latency and CPU over the soak](${graph})`,
    '',
    ...table(result),
    '',
    `Memory may end ${memoryToleranceShare * 100} % and ${memoryToleranceBytes / 2 ** 20} MB above the baseline, the heap ${memoryToleranceShare * 100} % and ${heapToleranceBytes / 2 ** 20} MB: the runtime gives pages back late and in part and keeps compiled code, and the database’s writer fills its page cache as the file grows, up to 64 MB. Everything else has to be exactly what it was.`,
    '',
    ...load(result),
    '',
    `The checker looked at ${history.events.length.toLocaleString('en')} events of three conversations with ${new Set(history.events.flatMap((event) => (event.event === 'device' ? [event.device] : []))).size} devices, and at their truth in the database and through the API: ${violations.length} violations.`,
    '',
  ].join('\n');
}

function verdict(residue: readonly string[], violations: number): string {
  if (residue.length === 0 && violations === 0) return 'Everything returned to the baseline, and nothing was lost.';
  return `**Failed**: ${residue.length} figures did not return to the baseline, ${violations} violations.`;
}

function table({ baseline, final, samples }: SoakResult): string[] {
  const load = samples.filter(({ phase }) => phase === 'load');
  const row = (name: string, of: (sample: Sample) => number): string =>
    `| ${name} | ${written(of(baseline))} | ${written(Math.max(of(baseline), ...load.map(of)))} | ${written(of(final))} |`;
  return [
    '| Figure | Baseline | Highest under load | In the end |',
    '|---|---|---|---|',
    row('memory (RSS), MB', ({ memoryBytes }) => memoryBytes / 2 ** 20),
    row('heap used, MB', ({ heapBytes }) => heapBytes / 2 ** 20),
    row('descriptors', ({ descriptors }) => descriptors),
    row('sockets', ({ sockets }) => sockets),
    row('topics', ({ topics }) => topics),
    row('queue depth', ({ queueDepth }) => queueDepth),
  ];
}

function load({ samples, done, refused, heldUpMs }: SoakResult): string[] {
  const under = samples.filter(({ phase }) => phase === 'load');
  const mean = (of: (sample: Sample) => number): number =>
    under.reduce((sum, sample) => sum + of(sample), 0) / under.length;
  const p99s = under.map(({ p99Ms }) => p99Ms).filter(Number.isFinite);
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `${name} ${count.toLocaleString('en')}`).join(', ');
  return [
    `Server CPU ${written(mean(({ serverCpu }) => serverCpu) * 100)} % of a core on average, generator ${written(mean(({ generatorCpu }) => generatorCpu) * 100)} %; sends to ack: median of the samples’ p50 ${written(percentile(under.map(({ p50Ms }) => p50Ms).filter(Number.isFinite), 0.5))} ms, of their p99 ${written(percentile(p99s, 0.5))} ms.`,
    `For ${written(heldUpMs.disk / 1_000)} s the disk took longer than half a second for a page, and for ${written(heldUpMs.machine / 1_000)} s the machine was busy with something else: no deadline counts that.`,
    `Done: ${list(done)}. Refused: ${refused.size === 0 ? 'nothing' : list(refused)}.`,
  ];
}

function written(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
