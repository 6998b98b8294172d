import { Fleet } from '../clients/fleet.ts';
import { generatorShareMax, Meter, type Reading } from '../measure/meter.ts';
import { summaryOf } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scale, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { PairTalk, pairsOf, type Calm, type Saturated } from './pair-talk.ts';

const users = 2_000;
const window = 4;
/** From warming up to measuring. */
const restMs = 3_000;

/** B5: everybody writes to their one friend; each message is stored, answered, and pushed to both. */
export const privateMessages: Scenario = {
  id: 'b5',
  title: 'private messages, stored, one process',
  async run(scale): Promise<Outcome> {
    const seconds = scale.isQuick ? 3 : 6;
    const full = await rounds(scale, async ({ talk, fleet }) => {
      const round = await talk.saturate(fleet, seconds);
      scale.say(`${Math.round(round.perSecond)} sends/s`);
      return round;
    });
    const half = summaryOf(full.map((round) => round.perSecond)).median / 2;
    const calm = await rounds(scale, ({ talk, fleet }) => talk.atRate(fleet, { perSecond: half, seconds }));
    return outcomeOf(full, calm, half);
  },
};

interface Running {
  readonly talk: PairTalk<Reading>;
  readonly fleet: Fleet;
}

/** On a server of their own, so that the search index has nothing left to do of what was sent before. */
async function rounds<Round>(scale: Scale, measure: (running: Running) => Promise<Round>): Promise<Round[]> {
  await using server = await BenchServer.start(pairsOf(users));
  const talk = new PairTalk({ users, window, measure: () => new Meter(server.pid) });
  using fleet = await Fleet.signIn(server.port, users, talk);
  const running = { talk, fleet };
  await talk.saturate(fleet, 1); // Until the runtime has compiled what is hot.
  await Bun.sleep(restMs);
  const measured: Round[] = [];
  for (let round = 0; round < scale.rounds; round++) measured.push(await measure(running));
  return measured;
}

function outcomeOf(full: readonly Saturated<Reading>[], calm: readonly Calm<Reading>[], half: number): Outcome {
  const isAtLeast = summaryOf(full.map(({ reading }) => reading.generatorShare)).median > generatorShareMax;
  return {
    workload: `${users} users in pairs, 140 B; saturated with ${window} unanswered sends each, then open loop at ${Math.round(half)}/s`,
    figures: [
      {
        name: 'stored sends at saturation',
        unit: '/s',
        values: full.map((round) => round.perSecond),
        budget: '≥ 25,000',
        isAtLeast,
      },
      { name: 'stored sends per server CPU second', unit: '', values: full.map((round) => round.perCpuSecond) },
      { name: 'at half load, to the friend, p50', unit: 'ms', values: calm.map((round) => round.p50), budget: '< 5' },
      { name: 'at half load, to the friend, p99', unit: 'ms', values: calm.map((round) => round.p99), budget: '< 50' },
      { name: 'at half load, server CPU', unit: '%', values: calm.map((round) => round.cpuShare * 100) },
      generatorFigure(full.map((round) => round.reading)),
    ],
  };
}
