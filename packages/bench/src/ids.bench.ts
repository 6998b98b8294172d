import { systemClock } from '@parley/server/src/clock.ts';
import { Snowflake } from '@parley/server/src/ids/snowflake.ts';

/** B9: ids of one worker per second; the format's bound is 4,096 per millisecond. */
const rounds = 5;
const idsPerRound = 8_000_000;
const slice = 500_000;

const ids = await Snowflake.start({
  lease: { workerId: 1, highWaterMs: 0, report: async () => {}, onLost: () => {} },
  clock: systemClock,
  onAlarm: (aheadMs) => process.stdout.write(`ahead of the clock by ${aheadMs} ms\n`),
});

async function round(): Promise<number> {
  const began = performance.now();
  for (let given = 0; given < idsPerRound; given += slice) {
    giveSlice();
    // The reservation is renewed between slices, as between the ticks of a server.
    await Promise.resolve();
  }
  return idsPerRound / (performance.now() - began) / 1_000;
}

function giveSlice(): void {
  let last = '';
  for (let count = 0; count < slice; count++) {
    const id = ids.nextId();
    if (id === last) throw new Error(`given twice: ${id}`);
    last = id;
  }
}

const rates: number[] = [];
for (let count = 0; count < rounds; count++) rates.push(await round());
rates.sort((a, b) => a - b);
process.stdout.write(
  `ids: median ${rates[2]?.toFixed(3)} M/s (${rates.map((rate) => rate.toFixed(3)).join(', ')}); bound 4.096 M/s\n`,
);
