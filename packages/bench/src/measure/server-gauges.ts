import { readdirSync } from 'node:fs';
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
  // A connection that stayed open would be one of the descriptors the next time.
  const headers = { connection: 'close' };
  const answer = await fetch(`http://127.0.0.1:${opsPort}/metrics`, {
    headers,
    signal: AbortSignal.timeout(deadlineMs),
  });
  const metrics = metricsIn(await answer.text());
  const sum = (...names: string[]): number => names.reduce((sum, name) => sum + valueOf(metrics, name), 0);
  return {
    descriptors,
    memoryBytes: residentBytesOf(pid),
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

function valueOf(metrics: ReadonlyMap<string, number>, name: string): number {
  const value = metrics.get(name);
  if (value === undefined) throw new Error(`The server has no metric ${name}.`);
  return value;
}
