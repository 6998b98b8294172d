import { UpProcess } from '@parley/server/test/up-process.ts';
import type { Ran } from '@parley/server/test/run-parley.ts';
import { openLoop } from '../clients/open-loop.ts';
import { percentile } from '../measure/statistics.ts';
import type { Guest } from './guest.ts';
import { Histogram } from './histogram.ts';
import { Journal } from './journal.ts';
import { gather } from './party.ts';

export interface ProofOptions {
  readonly clients: number;
  readonly sendsPerSecond: number;
  /** What `parley up --cluster` is given besides. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What takes longer is a violation. */
  readonly slowestMsMax: number;
  readonly say: (line: string) => void;
}

export interface ProofResult {
  readonly clients: number;
  readonly sendsPerSecond: number;
  readonly processes: number;
  readonly rolloutMs: number;
  /** What the rollout printed. */
  readonly steps: readonly string[];
  readonly sent: number;
  readonly acked: number;
  readonly deliveries: number;
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly slowest: number };
  /** New sockets in each second, from the beginning of the load. */
  readonly returnsPerSecond: readonly number[];
  /** Times a device was without a connection. */
  readonly gaps: number;
  /** Everything that is wrong; empty: nothing was lost. */
  readonly violations: readonly string[];
}

/** Load before and after the rollout. */
const marginMs = 3_000;
/** Until everybody has to have been told everything. */
const settleMs = 30_000;

/** A rolling restart of every process of a cluster under load, judged by what every single client was told. */
export async function proveRollout(options: ProofOptions): Promise<ProofResult> {
  const { clients, sendsPerSecond, say } = options;
  await using up = await UpProcess.start(options.args, options.environment);
  const before = await up.members();
  say(`${before.length} processes are ready; ${clients} clients come in`);
  const journal = new Journal();
  const returns = new Histogram();
  const guests = await gather(up, clients, { journal, returns });
  say(`everybody listens; ${sendsPerSecond} sends/s begin, then the rollout`);
  returns.restart();
  const { ran, rolloutMs } = await underLoad(guests, { journal, sendsPerSecond }, () => up.rollout());
  await journal.complete(settleMs);
  const kept = (await up.members()).filter(({ pid }) => before.some((each) => each.pid === pid));
  await Promise.all(guests.map((guest) => guest.close()));
  return {
    clients,
    sendsPerSecond,
    processes: before.length,
    rolloutMs,
    steps: ran.out.trim().split('\n'),
    sent: journal.sent,
    acked: journal.latenciesMs.length,
    deliveries: journal.deliveries,
    latencyMs: latencyOf(journal),
    returnsPerSecond: returns.perSecond,
    gaps: guests.reduce((sum, guest) => sum + guest.gaps, 0),
    violations: [
      ...(ran.code === 0 ? [] : [`The rollout ended with code ${ran.code}: ${ran.out}${ran.err}`]),
      ...kept.map(({ name }) => `${name} was not restarted.`),
      ...violationsOf(journal, options.slowestMsMax),
    ],
  };
}

async function underLoad(
  guests: readonly Guest[],
  { journal, sendsPerSecond }: { readonly journal: Journal; readonly sendsPerSecond: number },
  rollout: () => Promise<Ran>,
): Promise<{ readonly ran: Ran; readonly rolloutMs: number }> {
  const stopping = new AbortController();
  const out: Promise<void>[] = [];
  const load = openLoop(
    { count: Infinity, perSecond: sendsPerSecond, signal: stopping.signal },
    (index, intendedAt) => {
      const guest = guests[index % guests.length];
      if (guest !== undefined) out.push(guest.say(`message ${index}`, intendedAt));
    },
  );
  await Bun.sleep(marginMs);
  const beganAt = performance.now();
  const ran = await rollout();
  const rolloutMs = performance.now() - beganAt;
  await Bun.sleep(marginMs);
  stopping.abort();
  await load;
  await Promise.race([Promise.all(out), Bun.sleep(settleMs)]);
  journal.close();
  return { ran, rolloutMs };
}

function latencyOf({ latenciesMs }: Journal): ProofResult['latencyMs'] {
  return {
    median: percentile(latenciesMs, 0.5),
    p99: percentile(latenciesMs, 0.99),
    slowest: latenciesMs.reduce((slowest, each) => Math.max(slowest, each), 0),
  };
}

function violationsOf(journal: Journal, slowestMsMax: number): readonly string[] {
  const slow = journal.latenciesMs.filter((ms) => ms > slowestMsMax).length;
  return [
    ...[...journal.failures].map(([code, count]) => `${count} sends ended with ${code}.`),
    ...(slow === 0 ? [] : [`${slow} sends took longer than ${slowestMsMax} ms.`]),
    ...(journal.unanswered === 0 ? [] : [`${journal.unanswered} sends had no end.`]),
    ...journal.violations,
    ...journal.lost(),
  ];
}
