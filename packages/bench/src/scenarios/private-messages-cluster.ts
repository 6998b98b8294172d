import { Fleet } from '../clients/fleet.ts';
import type { HopReading } from '../measure/hop-meter.ts';
import { HopMeter } from '../measure/hop-meter.ts';
import { generatorShareMax } from '../measure/meter.ts';
import { summaryOf } from '../measure/statistics.ts';
import { generatorFigure, type Figure, type Outcome, type Scale, type Scenario } from '../scenario.ts';
import { BenchCluster } from '../world/bench-cluster.ts';
import { PairTalk, pairsOf, type Calm, type Saturated } from './pair-talk.ts';

const users = 2_000;
/** 2,000 unanswered sends together: more would wait for longer than the database may take. */
const window = 1;
/** From warming up to measuring. */
const restMs = 3_000;

interface Gathered {
  readonly messagesPerCommandCall: number;
  readonly messagesPerDeliverCall: number;
}
type Full = Saturated<HopReading> & Gathered;
type Half = Calm<HopReading> & Gathered;

/** B6: the same as B5, with each role a process of its own on etcd, Redis and PostgreSQL. */
export const privateMessagesCluster: Scenario = {
  id: 'b6',
  title: 'private messages, stored, each role a process',
  async run(scale): Promise<Outcome> {
    await using cluster = await BenchCluster.start(pairsOf(users));
    const talk = new PairTalk({ users, window, measure: () => new HopMeter(cluster.pids) });
    using fleet = await Fleet.signIn(cluster.port, users, talk);
    await talk.saturate(fleet, 1); // Until the runtimes have compiled what is hot.
    await Bun.sleep(restMs);
    const seconds = scale.isQuick ? 3 : 6;
    const full = await rounds(scale, () => gathered(cluster, talk, () => talk.saturate(fleet, seconds)));
    for (const { perSecond } of full) scale.say(`${Math.round(perSecond)} sends/s`);
    const half = summaryOf(full.map((round) => round.perSecond)).median / 2;
    const calm = await rounds(scale, () =>
      gathered(cluster, talk, () => talk.atRate(fleet, { perSecond: half, seconds })),
    );
    return outcomeOf(full, calm, half);
  },
};

async function rounds<Round>({ rounds }: Scale, measure: () => Promise<Round>): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await measure());
  return measured;
}

/** How many messages went in one call meanwhile. */
async function gathered<Round>(
  cluster: BenchCluster,
  talk: PairTalk<HopReading>,
  measure: () => Promise<Round>,
): Promise<Round & Gathered> {
  const before = await cluster.calls();
  const sentBefore = talk.sentCount;
  const round = await measure();
  const after = await cluster.calls();
  const messages = talk.sentCount - sentBefore;
  return {
    ...round,
    messagesPerCommandCall: messages / (after.commands - before.commands),
    messagesPerDeliverCall: messages / (after.deliveries - before.deliveries),
  };
}

function outcomeOf(full: readonly Full[], calm: readonly Half[], half: number): Outcome {
  const isAtLeast = summaryOf(full.map(({ reading }) => reading.generatorShare)).median > generatorShareMax;
  const sends = { name: 'stored sends at saturation', unit: '/s', budget: '≥ 8,000', isAtLeast };
  return {
    workload: `${users} users in pairs, 140 B; connect, logic, task, api and site as processes, etcd, Redis and PostgreSQL beside them; saturated with ${window} unanswered sends each, then open loop at ${Math.round(half)}/s`,
    figures: [
      { ...sends, values: full.map((round) => round.perSecond) },
      { name: 'stored sends per CPU second of all of them', unit: '', values: full.map((round) => round.perCpuSecond) },
      ...hopFigures(full),
      ...callFigures('', full),
      { name: 'at half load, to the friend, p50', unit: 'ms', values: calm.map((round) => round.p50) },
      { name: 'at half load, to the friend, p99', unit: 'ms', values: calm.map((round) => round.p99), budget: '< 100' },
      { name: 'at half load, CPU of all of them', unit: '%', values: calm.map((round) => round.cpuShare * 100) },
      ...callFigures('at half load, ', calm),
      generatorFigure(full.map((round) => round.reading)),
    ],
  };
}

function callFigures(when: string, rounds: readonly Gathered[]): Figure[] {
  return [
    {
      name: `${when}messages in one call to logic`,
      unit: '',
      values: rounds.map((round) => round.messagesPerCommandCall),
    },
    {
      name: `${when}messages in one call to connect`,
      unit: '',
      values: rounds.map((round) => round.messagesPerDeliverCall),
    },
  ];
}

function hopFigures(full: readonly Full[]): Figure[] {
  const names = [...(full[0]?.reading.hops.keys() ?? [])];
  return names.map((name) => ({
    name: `CPU seconds of ${name} for 1,000 messages`,
    unit: 's',
    values: full.map(({ reading, messages }) => ((reading.hops.get(name) ?? 0) / messages) * 1_000),
  }));
}
