import type { Client, Ears } from '../clients/client.ts';
import type { Fleet } from '../clients/fleet.ts';
import { Ledger } from '../clients/ledger.ts';
import { openLoop } from '../clients/open-loop.ts';
import type { Seen } from '../clients/read-frame.ts';
import { textMessage } from '../clients/text-message.ts';
import type { Reading } from '../measure/meter.ts';
import { percentile } from '../measure/statistics.ts';
import { conversationIdOf, type World } from '../world/world.ts';

/** Everybody has one friend. */
export function pairsOf(users: number): World {
  const places = Array.from({ length: users / 2 }, (_, pair) => ({
    kind: 'direct' as const,
    userIds: [2 * pair + 1, 2 * pair + 2],
  }));
  return { users, places };
}

export interface Saturated<R extends Reading> {
  readonly messages: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly reading: R;
}

export interface Calm<R extends Reading> {
  readonly p50: number;
  readonly p99: number;
  readonly cpuShare: number;
  readonly reading: R;
}

export interface PairTalkOptions<R extends Reading> {
  readonly users: number;
  /** Unanswered sends of each user at saturation: together well below what the server takes. */
  readonly window: number;
  /** Begins to measure the work of the server. */
  measure(): { read(): R };
}

/** What clients in pairs say to and hear of each other. */
export class PairTalk<R extends Reading> implements Ears {
  private readonly options: PairTalkOptions<R>;
  private readonly ledger: Ledger;
  /** Of each user, when the messages that did not reach the friend yet were meant to be sent. */
  private readonly underway: readonly number[][];
  private latencies: number[] = [];
  private acked = 0;
  private refused = 0;
  private sent = 0;
  private isSaturating = false;

  constructor(options: PairTalkOptions<R>) {
    this.options = options;
    this.ledger = new Ledger(options.users);
    this.underway = Array.from({ length: options.users + 1 }, (): number[] => []);
  }

  /** Since the beginning. */
  get sentCount(): number {
    return this.sent;
  }

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

  async saturate(fleet: Fleet, seconds: number): Promise<Saturated<R>> {
    this.isSaturating = true;
    for (let each = 0; each < this.options.window; each++)
      for (const client of fleet.clients) this.say(client, performance.now());
    await Bun.sleep(500);
    const before = this.acked;
    const meter = this.options.measure();
    await Bun.sleep(seconds * 1_000);
    const reading = meter.read();
    const done = this.acked - before;
    this.isSaturating = false;
    await this.settle();
    const perCpuSecond = done / reading.cpuSeconds;
    return { messages: done, perSecond: done / reading.seconds, perCpuSecond, reading };
  }

  async atRate(
    fleet: Fleet,
    { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  ): Promise<Calm<R>> {
    this.latencies = [];
    const meter = this.options.measure();
    await openLoop({ count: Math.floor(perSecond * seconds), perSecond }, (index, intendedAt) => {
      // 7 has no factor in common with the number of users: everyone's turn comes, neighbours' apart.
      const client = fleet.clients[(index * 7) % this.options.users];
      if (client !== undefined) this.say(client, intendedAt);
    });
    const reading = meter.read();
    await this.settle();
    const [p50, p99] = [percentile(this.latencies, 0.5), percentile(this.latencies, 0.99)];
    return { p50, p99, cpuShare: reading.cpuSeconds / reading.seconds, reading };
  }

  /** Everything sent was acked and reached both. @throws Error */
  private async settle(): Promise<void> {
    this.requireTaken();
    await this.ledger.complete(2 * this.sent);
    this.requireTaken();
  }

  /** @throws Error */
  private requireTaken(): void {
    if (this.refused > 0) throw new Error(`${this.refused} of ${this.sent} sends were refused.`);
  }

  private say(client: Client, intendedAt: number): void {
    this.sent++;
    this.underway[client.userId]?.push(intendedAt);
    client.send('message.send', textMessage(conversationIdOf((client.userId - 1) >> 1)));
  }
}
