import { join } from 'node:path';
import { Client, type Ears } from '../clients/client.ts';
import { Fleet } from '../clients/fleet.ts';
import { Ledger } from '../clients/ledger.ts';
import { openLoop } from '../clients/open-loop.ts';
import type { Seen } from '../clients/read-frame.ts';
import { textMessage } from '../clients/text-message.ts';
import { Meter, type Reading } from '../measure/meter.ts';
import { percentile } from '../measure/statistics.ts';
import { generatorFigure, type Outcome, type Scenario } from '../scenario.ts';
import { BenchServer } from '../world/bench-server.ts';
import { conversationIdOf } from '../world/world.ts';

const perSecond = 10;
const room = conversationIdOf(0);

interface Round {
  readonly perCpuSecond: number;
  readonly p99: number;
  readonly reading: Reading;
}

/** B3: a large room with ten messages a second, beside Bun's bare publish with as many sockets. */
export const roomPaced: Scenario = {
  id: 'b3',
  title: 'room fan-out, paced',
  async run(scale): Promise<Outcome> {
    // The generator has the sockets of both, and may open 20,000 files.
    const members = scale.isQuick ? 2_000 : 9_900;
    const seconds = scale.isQuick ? 3 : 10;
    await using ours = await Room.ours(members);
    await using bare = await Room.bare(members);
    const rounds: { ours: Round; bare: Round }[] = [];
    for (const room of [ours, bare]) await room.run(2);
    for (let round = 0; round < scale.rounds; round++) {
      rounds.push({ ours: await ours.run(seconds), bare: await bare.run(seconds) });
      scale.say(
        `${((100 * (rounds.at(-1)?.ours.perCpuSecond ?? 0)) / (rounds.at(-1)?.bare.perCpuSecond ?? 1)).toFixed(0)} % of bare`,
      );
    }
    return outcomeOf(rounds, `${members} members, ${perSecond} messages a second of 140 B, each written alone`);
  },
};

/** One server with everyone in one room. */
class Room implements AsyncDisposable {
  private readonly pid: number;
  private readonly members: number;
  private readonly speaker: Client;
  private readonly hall: Hall;
  private readonly end: () => Promise<unknown>;

  private constructor(parts: { pid: number; members: number; speaker: Client; hall: Hall; end(): Promise<unknown> }) {
    this.pid = parts.pid;
    this.members = parts.members;
    this.speaker = parts.speaker;
    this.hall = parts.hall;
    this.end = parts.end;
  }

  static async ours(members: number): Promise<Room> {
    const userIds = Array.from({ length: members }, (_, index) => index + 1);
    const server = await BenchServer.start({ users: members, places: [{ kind: 'room', userIds }] });
    const hall = new Hall(members);
    const fleet = await Fleet.signIn(server.port, members, hall);
    await fleet.ask('conversation.watch', { conversationId: room });
    const end = async (): Promise<void> => {
      fleet[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    };
    return new Room({ pid: server.pid, members, speaker: fleet.clients[0] ?? fail(), hall, end });
  }

  static async bare(members: number): Promise<Room> {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, '../world/bare-server.ts')], { stdout: 'pipe' });
    const { value } = await child.stdout.getReader().read();
    const port = Number(new TextDecoder().decode(value));
    const hall = new Hall(members);
    const clients: Client[] = [];
    for (let userId = 1; userId <= members; userId++) {
      const client = new Client(userId, hall);
      await client.open(port);
      clients.push(client);
    }
    const end = (): Promise<unknown> => {
      for (const client of clients) client.close();
      child.kill();
      return child.exited;
    };
    return new Room({ pid: child.pid, members, speaker: clients[0] ?? fail(), hall, end });
  }

  async run(seconds: number): Promise<Round> {
    const count = seconds * perSecond;
    this.hall.latencies = [];
    const meter = new Meter(this.pid);
    await openLoop({ count, perSecond }, (_, intendedAt) => {
      this.hall.intendedAt.push(intendedAt);
      this.speaker.send('message.send', textMessage(room));
    });
    await this.hall.complete();
    const reading = meter.read();
    return {
      perCpuSecond: (count * this.members) / reading.cpuSeconds,
      p99: percentile(this.hall.latencies, 0.99),
      reading,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Hears for all members, and knows when the last one heard. */
class Hall implements Ears {
  /** Of each version, from 1. */
  readonly intendedAt: number[] = [];
  /** From the intended time to the last member. */
  latencies: number[] = [];
  private readonly ledger: Ledger;
  private readonly members: number;
  private readonly heardBy: number[] = [];

  constructor(members: number) {
    this.members = members;
    this.ledger = new Ledger(members);
  }

  onMessage(client: Client, { version }: Seen): void {
    this.ledger.take(client.userId, version);
    const heard = (this.heardBy[version] ?? 0) + 1;
    this.heardBy[version] = heard;
    if (heard === this.members) this.latencies.push(performance.now() - (this.intendedAt[version - 1] ?? 0));
  }

  complete(): Promise<void> {
    return this.ledger.complete(this.intendedAt.length * this.members);
  }
}

function fail(): never {
  throw new Error('A room needs members.');
}

function outcomeOf(rounds: readonly { ours: Round; bare: Round }[], workload: string): Outcome {
  return {
    workload,
    figures: [
      {
        name: 'deliveries per server CPU second',
        unit: 'k',
        values: rounds.map(({ ours }) => ours.perCpuSecond / 1e3),
      },
      { name: 'Bun’s bare publish', unit: 'k', values: rounds.map(({ bare }) => bare.perCpuSecond / 1e3) },
      {
        name: 'of bare',
        unit: '%',
        values: rounds.map(({ ours, bare }) => (100 * ours.perCpuSecond) / bare.perCpuSecond),
        budget: '≥ 90',
      },
      { name: 'to the last member, p99', unit: 'ms', values: rounds.map(({ ours }) => ours.p99), budget: '< 200' },
      { name: 'bare, to the last member, p99', unit: 'ms', values: rounds.map(({ bare }) => bare.p99) },
      generatorFigure(rounds.map(({ ours }) => ours.reading)),
    ],
  };
}
