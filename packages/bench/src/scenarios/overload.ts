import type { Client, Ears } from '../clients/client.ts';
import { Fleet } from '../clients/fleet.ts';
import { Ledger } from '../clients/ledger.ts';
import { openLoop } from '../clients/open-loop.ts';
import type { Seen } from '../clients/read-frame.ts';
import { textMessage } from '../clients/text-message.ts';
import { Meter, type Reading } from '../measure/meter.ts';
import { percentile, summaryOf } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scale, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { conversationIdOf, type World } from '../world/world.ts';

const users = 2_000;
/** Unanswered sends of each user while the peak is looked for: together well below what the server takes. */
const window = 4;
const overload = 3;
/** Until what is measured is the steady state. */
const rampMs = 1_000;
const restMs = 3_000;
/** Longer than the server takes to answer anything. */
const answerMsMax = 30_000;

const world: World = {
  users,
  places: Array.from({ length: users / 2 }, (_, pair) => ({ kind: 'direct', userIds: [2 * pair + 1, 2 * pair + 2] })),
};

/** F18: three times as much is asked for as the server can do. It goes on doing what it can, and says no to the rest at once. */
export const overloaded: Scenario = {
  id: 'f18',
  title: 'overload',
  async run(scale): Promise<Outcome> {
    const seconds = scale.isQuick ? 8 : 60;
    await using server = await BenchServer.start(world);
    const crowd = new Crowd();
    using fleet = await Fleet.signIn(server.port, users, crowd);
    await crowd.saturate(fleet, server.pid, 1); // Until the runtime has compiled what is hot.
    const rounds: Round[] = [];
    for (let round = 0; round < roundsOf(scale); round++) {
      await Bun.sleep(restMs);
      const peak = await crowd.saturate(fleet, server.pid, seconds / 2);
      rounds.push({
        peak,
        ...(await crowd.flood(fleet, server.pid, { perSecond: overload * peak.perSecond, seconds })),
      });
      scale.say(describe(rounds.at(-1) as Round));
    }
    return outcomeOf(rounds, seconds);
  },
};

const roundsOf = ({ isQuick, rounds }: Scale): number => (isQuick ? 1 : Math.min(3, rounds));

interface Flood {
  readonly offered: number;
  readonly goodput: number;
  /** Acks for each second of the server's CPU. */
  readonly perCpuSecond: number;
  readonly refusedShare: number;
  readonly ackP99: number;
  readonly refusalP99: number;
  readonly reading: Reading;
}

interface Round extends Flood {
  /** Just before. */
  readonly peak: Peak;
}

/** Acks at saturation. */
interface Peak {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly serverCores: number;
}

/** What the clients say and hear. A send that ends in anything but an ack or `busy` makes the run fail. */
class Crowd implements Ears {
  private readonly ledger = new Ledger(users);
  /** Of each user, when each of their sends was meant to be, by its number. */
  private readonly intended = Array.from({ length: users + 1 }, (): number[] => []);
  private ackLatencies: number[] = [];
  private refusalLatencies: number[] = [];
  private sent = 0;
  private acked = 0;
  private refused = 0;
  private isSaturating = false;

  onReply(client: Client, replyId: number, { isResult, isBusy }: Seen): void {
    const latency = performance.now() - (this.intended[client.userId]?.[replyId] ?? 0);
    if (isResult) {
      this.acked++;
      this.ackLatencies.push(latency);
    } else if (isBusy) {
      this.refused++;
      this.refusalLatencies.push(latency);
    } else throw new Error(`A send of user ${client.userId} was refused, and not because the server is busy.`);
    if (this.isSaturating) this.say(client, performance.now());
  }

  onMessage(client: Client, { version }: Seen): void {
    this.ledger.take(client.userId, version);
  }

  /** Everyone always has some sends unanswered. */
  async saturate(fleet: Fleet, pid: number, seconds: number): Promise<Peak> {
    this.isSaturating = true;
    for (let each = 0; each < window; each++) for (const client of fleet.clients) this.say(client, performance.now());
    await Bun.sleep(rampMs / 2);
    const [before, meter] = [this.acked, new Meter(pid)];
    await Bun.sleep(seconds * 1_000);
    const reading = meter.read();
    const acks = this.acked - before;
    this.isSaturating = false;
    await this.settle();
    return {
      perSecond: acks / reading.seconds,
      perCpuSecond: acks / reading.cpuSeconds,
      serverCores: reading.cpuSeconds / reading.seconds,
    };
  }

  async flood(fleet: Fleet, pid: number, load: { perSecond: number; seconds: number }): Promise<Flood> {
    const open = this.offer(fleet, load);
    await Bun.sleep(rampMs);
    this.ackLatencies = [];
    this.refusalLatencies = [];
    const [sentBefore, meter] = [this.sent, new Meter(pid)];
    await open;
    const reading = meter.read();
    const [sent, acks, refusals] = [this.sent - sentBefore, this.ackLatencies, this.refusalLatencies];
    const flood = {
      offered: sent / reading.seconds,
      goodput: acks.length / reading.seconds,
      perCpuSecond: acks.length / reading.cpuSeconds,
      refusedShare: refusals.length / Math.max(1, acks.length + refusals.length),
      ackP99: percentile(acks, 0.99),
      refusalP99: percentile(refusals, 0.99),
      reading,
    };
    await this.settle();
    return flood;
  }

  private offer(fleet: Fleet, { perSecond, seconds }: { perSecond: number; seconds: number }): Promise<void> {
    return openLoop({ count: Math.floor(perSecond * seconds), perSecond }, (index, intendedAt) => {
      // 7 has no factor in common with the number of users: everyone's turn comes, neighbours' apart.
      const client = fleet.clients[(index * 7) % users];
      if (client !== undefined) this.say(client, intendedAt);
    });
  }

  /** Every send was answered, and what was acked reached both. @throws Error */
  private async settle(): Promise<void> {
    const giveUpAt = performance.now() + answerMsMax;
    while (this.acked + this.refused < this.sent) {
      if (performance.now() > giveUpAt)
        throw new Error(`${this.sent - this.acked - this.refused} of ${this.sent} sends were never answered.`);
      await Bun.sleep(20);
    }
    await this.ledger.complete(2 * this.acked);
  }

  private say(client: Client, intendedAt: number): void {
    this.sent++;
    const id = client.send('message.send', textMessage(conversationIdOf((client.userId - 1) >> 1)));
    const times = this.intended[client.userId];
    if (times !== undefined) times[id] = intendedAt;
  }
}

function describe({ peak, offered, goodput, perCpuSecond }: Round): string {
  const [rate, share] = [goodput / peak.perSecond, perCpuSecond / peak.perCpuSecond];
  return `offered ${(offered / peak.perSecond).toFixed(1)} times ${Math.round(peak.perSecond)}/s, acked ${Math.round(100 * rate)} % of that, ${Math.round(100 * share)} % per CPU second`;
}

function outcomeOf(rounds: readonly Round[], seconds: number): Outcome {
  const offered = summaryOf(rounds.map((round) => round.offered / round.peak.perSecond)).median;
  return {
    workload: `${users} users in pairs, 140 B; the peak with ${window} unanswered sends each, then ${overload} times that for ${seconds} s, open loop; ${offered.toFixed(1)} times the peak were really offered`,
    figures: [
      { name: 'acked sends at the peak', unit: '/s', values: rounds.map((round) => round.peak.perSecond) },
      { name: 'offered', unit: '/s', values: rounds.map((round) => round.offered) },
      { name: 'acked sends in overload', unit: '/s', values: rounds.map((round) => round.goodput) },
      {
        name: 'of the peak',
        unit: '%',
        values: rounds.map((round) => (100 * round.goodput) / round.peak.perSecond),
        budget: '≥ 80',
      },
      {
        name: 'of the peak, per server CPU second',
        unit: '%',
        values: rounds.map((round) => (100 * round.perCpuSecond) / round.peak.perCpuSecond),
      },
      { name: 'server cores used at the peak', unit: '', values: rounds.map((round) => round.peak.serverCores) },
      {
        name: 'server cores used in overload',
        unit: '',
        values: rounds.map(({ reading }) => reading.cpuSeconds / reading.seconds),
      },
      { name: 'refused with busy', unit: '%', values: rounds.map((round) => 100 * round.refusedShare) },
      { name: 'from the intended send to the ack, p99', unit: 'ms', values: rounds.map((round) => round.ackP99) },
      {
        name: 'from the intended send to the refusal, p99',
        unit: 'ms',
        values: rounds.map((round) => round.refusalP99),
      },
      generatorFigure(rounds.map((round) => round.reading)),
    ],
  };
}
