import type { Client, Ears } from '../clients/client.ts';
import { Fleet } from '../clients/fleet.ts';
import { Ledger } from '../clients/ledger.ts';
import { openLoop } from '../clients/open-loop.ts';
import type { Seen } from '../clients/read-frame.ts';
import { textMessage } from '../clients/text-message.ts';
import { Meter, type Reading } from '../measure/meter.ts';
import { percentile } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { conversationIdOf, type World } from '../world/world.ts';

const users = 200;
const messagesPerSecond = 200;
const signInsPerSecond = 50;

const world: World = {
  users,
  places: Array.from({ length: users / 2 }, (_, pair) => ({ kind: 'direct', userIds: [2 * pair + 1, 2 * pair + 2] })),
};

interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly reading: Reading;
}
interface Round {
  readonly calm: Latencies;
  readonly busy: Latencies;
  readonly evaluated: number;
  readonly refused: number;
}

/** S1: passwords are hashed off the event loop, so that those who chat do not wait for those who sign in. */
export const signIns: Scenario = {
  id: 's1',
  title: 'chat while 50 sign-ins a second go on',
  async run(scale): Promise<Outcome> {
    const seconds = scale.isQuick ? 3 : 10;
    await using server = await BenchServer.start(world);
    const talk = new Talk();
    using fleet = await Fleet.signIn(server.port, users, talk);
    await talk.measure(fleet, server.pid, 1); // Until the runtime has compiled what is hot.
    const rounds: Round[] = [];
    for (let index = 0; index < scale.rounds; index++) {
      const calm = await talk.measure(fleet, server.pid, seconds);
      const signingIn = signInsAt(server.apiUrl, seconds);
      const busy = await talk.measure(fleet, server.pid, seconds);
      rounds.push({ calm, busy, ...(await signingIn) });
      scale.say(`p99 ${calm.p99.toFixed(1)} ms without, ${busy.p99.toFixed(1)} ms with sign-ins`);
    }
    return outcomeOf(rounds);
  },
};

/** Wrong ones, which cost the same hash: how many were evaluated, and how many refused because all places were taken. */
async function signInsAt(apiUrl: string, seconds: number): Promise<{ evaluated: number; refused: number }> {
  const asked: Promise<number>[] = [];
  const body = JSON.stringify({ userName: 'bench1', password: 'not the right one' });
  const headers = { 'Content-Type': 'application/json' };
  await openLoop({ count: signInsPerSecond * seconds, perSecond: signInsPerSecond }, () => {
    asked.push(fetch(`${apiUrl}/sessions`, { method: 'POST', headers, body }).then(({ status }) => status));
  });
  const statuses = await Promise.all(asked);
  const evaluated = statuses.filter((status) => status === 401).length;
  return { evaluated: evaluated / seconds, refused: (statuses.length - evaluated) / seconds };
}

/** What the clients say and hear. */
class Talk implements Ears {
  private readonly ledger = new Ledger(users);
  private readonly underway = Array.from({ length: users + 1 }, (): number[] => []);
  private latencies: number[] = [];
  private sent = 0;

  onMessage(client: Client, { version, senderId }: Seen): void {
    this.ledger.take(client.userId, version);
    if (senderId === client.userId) return;
    const intendedAt = this.underway[senderId]?.shift();
    if (intendedAt !== undefined) this.latencies.push(performance.now() - intendedAt);
  }

  async measure(fleet: Fleet, pid: number, seconds: number): Promise<Latencies> {
    this.latencies = [];
    const meter = new Meter(pid);
    await openLoop({ count: messagesPerSecond * seconds, perSecond: messagesPerSecond }, (index, intendedAt) => {
      const client = fleet.clients[(index * 7) % users];
      if (client === undefined) return;
      this.sent++;
      this.underway[client.userId]?.push(intendedAt);
      client.send('message.send', textMessage(conversationIdOf((client.userId - 1) >> 1)));
    });
    const reading = meter.read();
    await this.ledger.complete(2 * this.sent);
    return { p50: percentile(this.latencies, 0.5), p99: percentile(this.latencies, 0.99), reading };
  }
}

function outcomeOf(rounds: readonly Round[]): Outcome {
  const figure = (name: string, unit: string, of: (round: Round) => number) => ({ name, unit, values: rounds.map(of) });
  return {
    workload: `${users} users in pairs, ${messagesPerSecond} messages/s; beside it ${signInsPerSecond} sign-ins/s`,
    figures: [
      figure('p50 without sign-ins', 'ms', ({ calm }) => calm.p50),
      figure('p50 with sign-ins', 'ms', ({ busy }) => busy.p50),
      figure('p99 without sign-ins', 'ms', ({ calm }) => calm.p99),
      figure('p99 with sign-ins', 'ms', ({ busy }) => busy.p99),
      figure('p99 with over without', '×', ({ calm, busy }) => busy.p99 / calm.p99),
      figure('passwords evaluated', '/s', ({ evaluated }) => evaluated),
      figure('refused as busy', '/s', ({ refused }) => refused),
      generatorFigure(rounds.map(({ busy }) => busy.reading)),
    ],
  };
}
