import { readdirSync } from 'node:fs';
import { descriptorsBeside } from './descriptors.ts';
import { residentBytesOf } from './process-usage.ts';

/** What a server process holds at one moment, by its operations port and the kernel. */
export interface ServerGauges {
  readonly descriptors: number;
  /** In memory, with its share of files others have in memory too. */
  readonly memoryBytes: number;
  /** Of the runtime's heap, what is used; garbage counts until it is collected. */
  readonly heapBytes: number;
  /** Of every transport; a stream is one, too, whichever of them a client prefers at the moment. */
  readonly sockets: number;
  readonly topics: number;
  /** Deliveries and commands not done: in the queue, on their way to nodes, not answered. */
  readonly queueDepth: number;
  /** Deliveries that were given up on. [D15] */
  readonly deadLetters: number;
}

const deadlineMs = 5_000;

export async function readServerGauges(pid: number, opsPort: number): Promise<ServerGauges> {
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const metrics = await readMetrics(opsPort);
  return { descriptors, memoryBytes: residentBytesOf(pid), ...gaugesIn(metrics) };
}

/** Of several processes together. @param pooled ports of theirs and of their engines, to which connections are kept */
export async function readClusterGauges(
  parts: readonly { readonly pid: number; readonly opsPort: number }[],
  pooled: ReadonlySet<number>,
): Promise<ServerGauges> {
  const descriptors = sumOf(parts.map(({ pid }) => descriptorsBeside(pid, pooled)));
  const metrics = await Promise.all(parts.map(({ opsPort }) => readMetrics(opsPort)));
  return { descriptors, memoryBytes: sumOf(parts.map(({ pid }) => residentBytesOf(pid))), ...gaugesIn(added(metrics)) };
}

async function readMetrics(opsPort: number): Promise<ReadonlyMap<string, number>> {
  // A connection that stayed open would be one of the descriptors the next time.
  const headers = { connection: 'close' };
  const answer = await fetch(`http://127.0.0.1:${opsPort}/metrics`, {
    headers,
    signal: AbortSignal.timeout(deadlineMs),
  });
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}.`);
  return metricsIn(await answer.text());
}

function added(each: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const metrics of each) for (const [name, value] of metrics) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}

function gaugesIn(metrics: ReadonlyMap<string, number>): Omit<ServerGauges, 'descriptors' | 'memoryBytes'> {
  const sum = (...names: string[]): number => sumOf(names.map((name) => valueOf(metrics, name)));
  return {
    heapBytes: sum('parley_nodejs_heap_size_used_bytes'),
    sockets: sum('parley_connections'),
    topics: sum('parley_topics'),
    queueDepth: sum(
      'parley_queue_entries{state="waiting"}',
      'parley_queue_entries{state="taken"}',
      'parley_deliveries_waiting',
      'parley_commands_in_flight',
    ),
    deadLetters: sum('parley_queue_entries{state="dead"}'),
  };
}

/** The lines of Prometheus' text: by name, with labels. */
export function metricsIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function valueOf(metrics: ReadonlyMap<string, number>, name: string): number {
  const value = metrics.get(name);
  if (value === undefined) throw new Error(`The server has no metric ${name}.`);
  return value;
}
