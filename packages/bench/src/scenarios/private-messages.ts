import type { Client, Ears } from '../clients/client.ts';
import { Fleet } from '../clients/fleet.ts';
import { Ledger } from '../clients/ledger.ts';
import { openLoop } from '../clients/open-loop.ts';
import type { Seen } from '../clients/read-frame.ts';
import { textMessage } from '../clients/text-message.ts';
import { generatorShareMax, Meter, type Reading } from '../measure/meter.ts';
import { percentile, summaryOf } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scale, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { conversationIdOf, type World } from '../world/world.ts';

const users = 2_000;
/** Unanswered sends of each user at saturation: together well below what the server takes. */
const window = 4;
/** From warming up to measuring. */
const restMs = 3_000;

const world: World = {
  users,
  places: Array.from({ length: users / 2 }, (_, pair) => ({ kind: 'direct', userIds: [2 * pair + 1, 2 * pair + 2] })),
};

/** B5: everybody writes to their one friend; each message is stored, answered, and pushed to both. */
export const privateMessages: Scenario = {
  id: 'b5',
  title: 'private messages, stored, one process',
  async run(scale): Promise<Outcome> {
    const seconds = scale.isQuick ? 3 : 6;
    const full = await rounds(scale, async ({ talk, fleet, pid }) => {
      const round = await talk.saturate(fleet, pid, seconds);
      scale.say(`${Math.round(round.perSecond)} sends/s`);
      return round;
    });
    const half = summaryOf(full.map((round) => round.perSecond)).median / 2;
    const calm = await rounds(scale, ({ talk, fleet, pid }) => talk.atRate(fleet, pid, { perSecond: half, seconds }));
    return outcomeOf(full, calm, half);
  },
};

interface Running {
  readonly talk: Talk;
  readonly fleet: Fleet;
  readonly pid: number;
}

/** On a server of their own, so that the search index has nothing left to do of what was sent before. */
async function rounds<Round>(scale: Scale, measure: (running: Running) => Promise<Round>): Promise<Round[]> {
  await using server = await BenchServer.start(world);
  const talk = new Talk();
  using fleet = await Fleet.signIn(server.port, users, talk);
  const running = { talk, fleet, pid: server.pid };
  await talk.saturate(fleet, server.pid, 1); // Until the runtime has compiled what is hot.
  await Bun.sleep(restMs);
  const measured: Round[] = [];
  for (let round = 0; round < scale.rounds; round++) measured.push(await measure(running));
  return measured;
}

interface Saturated {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly reading: Reading;
}

interface Calm {
  readonly p50: number;
  readonly p99: number;
  readonly cpuShare: number;
  readonly reading: Reading;
}

/** What the clients say and hear. */
class Talk implements Ears {
  private readonly ledger = new Ledger(users);
  /** Of each user, when the messages that did not reach the friend yet were meant to be sent. */
  private readonly underway = Array.from({ length: users + 1 }, (): number[] => []);
  private latencies: number[] = [];
  private acked = 0;
  private refused = 0;
  private sent = 0;
  private isSaturating = false;

  onReply(client: Client, _replyId: number, { isResult }: Seen): void {
    if (isResult) this.acked++;
    else this.refused++;
    if (this.isSaturating) this.say(client, performance.now());
  }

  onMessage(client: Client, { version, senderId }: Seen): void {
    this.ledger.take(client.userId, version);
    if (senderId === client.userId) return;
    const intendedAt = this.underway[senderId]?.shift();
    if (intendedAt !== undefined && !this.isSaturating) this.latencies.push(performance.now() - intendedAt);
  }

  async saturate(fleet: Fleet, pid: number, seconds: number): Promise<Saturated> {
    this.isSaturating = true;
    for (let each = 0; each < window; each++) for (const client of fleet.clients) this.say(client, performance.now());
    await Bun.sleep(500);
    const before = this.acked;
    const meter = new Meter(pid);
    await Bun.sleep(seconds * 1_000);
    const reading = meter.read();
    const done = this.acked - before;
    this.isSaturating = false;
    await this.settle();
    return { perSecond: done / reading.seconds, perCpuSecond: done / reading.cpuSeconds, reading };
  }

  async atRate(
    fleet: Fleet,
    pid: number,
    { perSecond, seconds }: { perSecond: number; seconds: number },
  ): Promise<Calm> {
    this.latencies = [];
    const meter = new Meter(pid);
    await openLoop({ count: Math.floor(perSecond * seconds), perSecond }, (index, intendedAt) => {
      // 7 has no factor in common with the number of users: everyone's turn comes, neighbours' apart.
      const client = fleet.clients[(index * 7) % users];
      if (client !== undefined) this.say(client, intendedAt);
    });
    const reading = meter.read();
    await this.settle();
    const [p50, p99] = [percentile(this.latencies, 0.5), percentile(this.latencies, 0.99)];
    return { p50, p99, cpuShare: reading.cpuSeconds / reading.seconds, reading };
  }

  /** Everything sent was acked and reached both. @throws Error */
  private async settle(): Promise<void> {
    await this.ledger.complete(2 * this.sent);
    if (this.refused > 0) throw new Error(`${this.refused} sends were refused.`);
  }

  private say(client: Client, intendedAt: number): void {
    this.sent++;
    this.underway[client.userId]?.push(intendedAt);
    client.send('message.send', textMessage(conversationIdOf((client.userId - 1) >> 1)));
  }
}

function outcomeOf(full: readonly Saturated[], calm: readonly Calm[], half: number): Outcome {
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
