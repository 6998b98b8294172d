import type { Client, Ears } from '../clients/client.ts';
import { Fleet } from '../clients/fleet.ts';
import { Ledger } from '../clients/ledger.ts';
import type { Seen } from '../clients/read-frame.ts';
import { textMessage } from '../clients/text-message.ts';
import { generatorShareMax, Meter, type Reading } from '../measure/meter.ts';
import { summaryOf } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { conversationIdOf, type World } from '../world/world.ts';

const members = 1_000;
const speakers = 10;
/** Unanswered sends of each speaker. */
const window = 100;
const room = conversationIdOf(0);

interface Round {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly storedPerSecond: number;
  readonly reading: Reading;
}

/** B4: a room in which ten people say 5,000 things as fast as they are accepted. */
export const roomBurst: Scenario = {
  id: 'b4',
  title: 'room fan-out, burst, stored',
  async run(scale): Promise<Outcome> {
    const messages = scale.isQuick ? 2_000 : 5_000;
    const world: World = {
      users: members,
      places: [{ kind: 'room', userIds: Array.from({ length: members }, (_, index) => index + 1) }],
    };
    await using server = await BenchServer.start(world);
    const burst = new Burst();
    using fleet = await Fleet.signIn(server.port, members, burst);
    await fleet.ask('conversation.watch', { conversationId: room });
    await burst.run(fleet, server.pid, 2_000); // Until the runtime has compiled what is hot.
    const rounds: Round[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      rounds.push(await burst.run(fleet, server.pid, messages));
      scale.say(`${((rounds.at(-1)?.perCpuSecond ?? 0) / 1e6).toFixed(2)} M deliveries per CPU second`);
    }
    return outcomeOf(rounds, `${members} members, ${speakers} of them send ${messages} messages of 140 B`);
  },
};

class Burst implements Ears {
  private readonly ledger = new Ledger(members);
  private left = 0;
  private sent = 0;
  private refused = 0;

  onReply(client: Client, _replyId: number, { isResult }: Seen): void {
    if (!isResult) this.refused++;
    this.say(client);
  }

  onMessage(client: Client, { version }: Seen): void {
    this.ledger.take(client.userId, version);
  }

  async run(fleet: Fleet, pid: number, messages: number): Promise<Round> {
    this.left = messages;
    const meter = new Meter(pid);
    for (const client of fleet.clients.slice(0, speakers)) for (let each = 0; each < window; each++) this.say(client);
    await this.ledger.complete((this.sent + this.left) * members);
    const reading = meter.read();
    if (this.refused > 0) throw new Error(`${this.refused} sends were refused.`);
    const deliveries = messages * members;
    return {
      perCpuSecond: deliveries / reading.cpuSeconds,
      perSecond: deliveries / reading.seconds,
      storedPerSecond: messages / reading.seconds,
      reading,
    };
  }

  private say(client: Client): void {
    if (this.left === 0) return;
    this.left--;
    this.sent++;
    client.send('message.send', textMessage(room));
  }
}

function outcomeOf(rounds: readonly Round[], workload: string): Outcome {
  const isAtLeast = summaryOf(rounds.map(({ reading }) => reading.generatorShare)).median > generatorShareMax;
  return {
    workload,
    figures: [
      {
        name: 'deliveries per server CPU second, storing included',
        unit: 'M',
        values: rounds.map((round) => round.perCpuSecond / 1e6),
        budget: '≥ 1.5',
      },
      { name: 'deliveries a second', unit: 'M', values: rounds.map((round) => round.perSecond / 1e6), isAtLeast },
      { name: 'stored messages', unit: '/s', values: rounds.map((round) => round.storedPerSecond), isAtLeast },
      generatorFigure(rounds.map((round) => round.reading)),
    ],
  };
}
