import { systemClock } from '@parley/server/src/clock.ts';
import { Snowflake } from '@parley/server/src/ids/snowflake.ts';
import type { Outcome, Scenario } from '../scenario.ts';

const slice = 500_000;

/** B9: ids of one worker; the format's bound is 4,096 a millisecond. */
export const ids: Scenario = {
  id: 'b9',
  title: 'ids',
  async run(scale): Promise<Outcome> {
    const perRound = scale.isQuick ? 4_000_000 : 12_000_000;
    const lease = { workerId: 1, highWaterMs: 0, report: async () => {}, onLost: () => {} };
    const snowflake = await Snowflake.start({ lease, clock: systemClock, onAlarm: () => undefined });
    const rounds: Rates[] = [];
    for (let round = 0; round < scale.rounds; round++) rounds.push(await rateOf(snowflake, perRound));
    return {
      workload: `${perRound} ids of one worker in a process without other work`,
      figures: [
        {
          name: 'ids a second',
          unit: 'M',
          values: rounds.map((round) => round.perSecond / 1e6),
          budget: '4.096, the format’s bound',
        },
        { name: 'ids per CPU second', unit: 'M', values: rounds.map((round) => round.perCpuSecond / 1e6) },
      ],
    };
  },
};

interface Rates {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/** @throws Error when an id is not above the one before it, so none is given twice. */
async function rateOf(snowflake: Snowflake, count: number): Promise<Rates> {
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  let last = '';
  for (let given = 0; given < count; given += slice) {
    last = giveSlice(snowflake, last);
    // The reservation is renewed between slices, as between the ticks of a server.
    await Promise.resolve();
  }
  const { user, system } = process.cpuUsage(cpuBegan);
  return {
    perSecond: (count / (performance.now() - began)) * 1_000,
    perCpuSecond: (count / (user + system)) * 1e6,
  };
}

function giveSlice(snowflake: Snowflake, before: string): string {
  let last = before;
  for (let count = 0; count < slice; count++) {
    const id = snowflake.nextId();
    // All are equally long, so they are ordered as texts.
    if (id <= last) throw new Error(`${id} after ${last}`);
    last = id;
  }
  return last;
}
