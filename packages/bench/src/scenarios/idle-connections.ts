import { Fleet } from '../clients/fleet.ts';
import { Meter, type Reading } from '../measure/meter.ts';
import { memoryBytesOf } from '../measure/process-usage.ts';
import { generatorFigure, type Outcome, type Scale, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { threeEach } from '../world/three-each.ts';

interface Step {
  readonly sockets: number;
  readonly memoryBytes: number;
  readonly reading: Reading;
}

/** B1: sockets of signed-in users that only keep themselves alive, as our clients do. */
export const idleConnections: Scenario = {
  id: 'b1',
  title: 'idle connection',
  async run(scale): Promise<Outcome> {
    const sizes = scale.isQuick ? [1_000, 4_000] : [5_000, 10_000, 18_000];
    const steps: Step[] = [];
    for (const size of sizes) {
      steps.push(await step(size, scale));
      scale.say(`${size} sockets: ${Math.round((steps.at(-1)?.memoryBytes ?? 0) / 2 ** 20)} MB`);
    }
    return outcomeOf(steps);
  },
};

/** A server of its own for each size: its memory is what this many sockets need, not what an earlier step left behind. */
async function step(sockets: number, scale: Scale): Promise<Step> {
  await using server = await BenchServer.start(threeEach(sockets));
  using fleet = await Fleet.signIn(server.port, sockets, {});
  await Bun.sleep(scale.isQuick ? 4_000 : 15_000);
  const meter = new Meter(server.pid);
  await Bun.sleep(scale.isQuick ? 6_000 : 30_000);
  const reading = meter.read();
  if (fleet.open !== sockets) throw new Error(`${sockets - fleet.open} sockets were closed.`);
  return { sockets, memoryBytes: memoryBytesOf(server.pid), reading };
}

function outcomeOf(steps: readonly Step[]): Outcome {
  const slopes = steps.slice(1).map((step, index) => {
    const before = steps[index];
    if (before === undefined) return Number.NaN;
    return (step.memoryBytes - before.memoryBytes) / (step.sockets - before.sockets) / 1_024;
  });
  return {
    workload: `${steps.map((step) => step.sockets).join(', ')} signed-in WebSockets, each in 3 conversations, a ping each in 30 s`,
    figures: [
      { name: 'server memory for each more', unit: 'KB', values: slopes, budget: '≤ 4' },
      {
        name: 'server CPU for each, a second',
        unit: 'µs',
        values: steps.map(({ sockets, reading }) => (reading.cpuSeconds / reading.seconds / sockets) * 1e6),
        budget: '≤ 3',
      },
      generatorFigure(steps.map((step) => step.reading)),
    ],
  };
}
