import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../measure/machine.ts';
import { drawn } from './histogram.ts';
import type { ProofResult } from './proof.ts';

/** The JSON has all. */
const violationsShown = 20;

/** Writes `rollout-<day>-<commit>` as `.json` and `.md`. @returns the path without the ending. */
export function writeRolloutReport(machine: Machine, result: ProofResult, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `rollout-${machine.at.slice(0, 10)}-${machine.commit}`);
  writeFileSync(`${path}.json`, `${JSON.stringify({ machine, ...result }, null, 1)}\n`);
  writeFileSync(`${path}.md`, rolloutMarkdown(machine, result));
  return path;
}

export function rolloutMarkdown(machine: Machine, result: ProofResult): string {
  return [
    `# Rolling restart of ${machine.at.slice(0, 10)}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}, loopback; Bun ${machine.bun};`,
    `commit ${machine.commit}${machine.isModified ? ' with changes' : ''}; load before: ${machine.loadBefore.toFixed(1)}. Processes, private engines and all clients share the cores.`,
    '',
    ...rolloutSummary(result).map((line) => `- ${line}`),
    '',
    'New sockets in each second, from the beginning of the load:',
    '',
    '```text',
    ...drawn(result.returnsPerSecond),
    '```',
    '',
    'What the rollout said:',
    '',
    '```text',
    ...result.steps,
    '```',
    '',
  ].join('\n');
}

export function rolloutSummary(result: ProofResult): readonly string[] {
  const { latencyMs, violations } = result;
  const number = (value: number): string => Math.round(value).toLocaleString('en');
  return [
    `${result.processes} processes restarted one after the other in ${(result.rolloutMs / 1_000).toFixed(1)} s, under ${number(result.clients)} clients with the SDK and ${number(result.sendsPerSecond)} sends/s`,
    `${number(result.sent)} sent, ${number(result.acked)} acknowledged, ${number(result.deliveries)} to be told to ${number(result.clients)} receivers`,
    `send to ack: median ${number(latencyMs.median)} ms, p99 ${number(latencyMs.p99)} ms, slowest ${number(latencyMs.slowest)} ms`,
    `${number(result.returnsPerSecond.reduce((sum, count) => sum + count, 0))} new sockets, at most ${number(Math.max(0, ...result.returnsPerSecond))} in one second; ${number(result.gaps)} times a device was without a connection`,
    `violations: ${violations.length}`,
    ...violations.slice(0, violationsShown),
  ];
}
