import { Client, type Ears } from '../clients/client.ts';
import { openLoop } from '../clients/open-loop.ts';
import { generatorShareMax, Meter, type Reading } from '../measure/meter.ts';
import { percentile, summaryOf } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { tokenOf } from '../world/world.ts';
import { threeEach } from '../world/three-each.ts';

interface Storm {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly errors: number;
  readonly p99: number;
  readonly reading: Reading;
}

const silent: Ears = {};

/** B2: TCP connection, WebSocket handshake and sign-in with the answer to what changed, as after a restart of the network. */
export const connectStorm: Scenario = {
  id: 'b2',
  title: 'connect storm',
  async run(scale): Promise<Outcome> {
    const count = scale.isQuick ? 4_000 : 15_000;
    const perSecond = 3_000;
    await using server = await BenchServer.start(threeEach(count));
    await storm(server, { count: 2_000, perSecond: 1_000 }); // Until the runtime has compiled what is hot.
    const storms: Storm[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      storms.push(await storm(server, { count, perSecond }));
      scale.say(`${Math.round(storms.at(-1)?.perCpuSecond ?? 0)} sign-ins per CPU second`);
    }
    return outcomeOf(storms, `${count} sign-ins of users with 3 conversations, open loop at ${perSecond}/s`);
  },
};

async function storm(
  server: BenchServer,
  load: { readonly count: number; readonly perSecond: number },
): Promise<Storm> {
  const clients = Array.from({ length: load.count }, (_, index) => new Client(index + 1, silent));
  const latencies: number[] = [];
  const underway: Promise<void>[] = [];
  let errors = 0;
  const signInAt = async (client: Client, intendedAt: number): Promise<void> => {
    if (await signIn(client, server.port)) latencies.push(performance.now() - intendedAt);
    else errors++;
  };
  const meter = new Meter(server.pid);
  await openLoop(load, (index, intendedAt) => {
    const client = clients[index];
    if (client !== undefined) underway.push(signInAt(client, intendedAt));
  });
  await Promise.all(underway);
  const reading = meter.read();
  for (const client of clients) client.close();
  await Bun.sleep(1_000);
  return {
    perCpuSecond: latencies.length / reading.cpuSeconds,
    perSecond: latencies.length / reading.seconds,
    errors,
    p99: percentile(latencies, 0.99),
    reading,
  };
}

async function signIn(client: Client, port: number): Promise<boolean> {
  try {
    await client.open(port);
    return await client.ask('session.hello', { token: tokenOf(client.userId) });
  } catch {
    return false;
  }
}

function outcomeOf(storms: readonly Storm[], workload: string): Outcome {
  const isAtLeast = summaryOf(storms.map(({ reading }) => reading.generatorShare)).median > generatorShareMax;
  return {
    workload,
    figures: [
      {
        name: 'sign-ins per server CPU second',
        unit: '/s',
        values: storms.map((round) => round.perCpuSecond),
        budget: '≥ 6,000',
      },
      { name: 'sign-ins a second', unit: '/s', values: storms.map((round) => round.perSecond), isAtLeast },
      { name: 'errors', unit: '', values: storms.map((round) => round.errors), budget: '0' },
      {
        name: 'from the intended start to the answer, p99',
        unit: 'ms',
        values: storms.map((round) => round.p99),
        budget: '< 1,000',
      },
      generatorFigure(storms.map((round) => round.reading)),
    ],
  };
}
