import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { Listeners } from './fanout/listeners.ts';
import { contestants, type Contestant, type News, type Order } from './fanout/protocol.ts';

/**
 * B3 and B4: deliveries per second of server CPU into one room, our hub beside Bun's bare publish, interleaved.
 * A burst is sent when every listener has all of the burst before it, so nothing is lost unseen: bytes are counted.
 * The generator holds the sockets of both, so 9,900 each is what 20,000 open files allow.
 * `bun fanout.bench.ts [sockets …]`
 */
const rounds = 5;
const burstFrames = 40;
const deliveriesPerRound = 4_000_000;
const headerBytes = 4;

class Rival {
  readonly contestant: Contestant;
  readonly perCpuSecond: number[] = [];
  readonly perSecond: number[] = [];
  private readonly server: Subprocess;
  private readonly news: News[] = [];
  private wake: () => void = () => undefined;
  private listeners = new Listeners(0);

  constructor(contestant: Contestant) {
    this.contestant = contestant;
    this.server = Bun.spawn([process.execPath, join(import.meta.dir, 'fanout/server.ts'), contestant], {
      stdout: 'inherit',
      stderr: 'inherit',
      ipc: (message: News) => {
        this.news.push(message);
        this.wake();
      },
    });
  }

  /** @returns bytes of the server's memory per socket. */
  async open(count: number): Promise<number> {
    const { port } = await this.next('ready');
    const before = await this.cpu();
    this.listeners = new Listeners(port);
    await this.listeners.open(count, '/v1/socket');
    const after = await this.cpu();
    return (after.residentBytes - before.residentBytes) / count;
  }

  async round(): Promise<void> {
    const bursts = Math.ceil(deliveriesPerRound / (this.listeners.count * burstFrames));
    const before = await this.cpu();
    const beganAt = performance.now();
    for (let burst = 0; burst < bursts; burst++) await this.burst();
    const seconds = (performance.now() - beganAt) / 1_000;
    const after = await this.cpu();
    const deliveries = bursts * this.listeners.count * burstFrames;
    this.perCpuSecond.push(deliveries / (after.seconds - before.seconds));
    this.perSecond.push(deliveries / seconds);
  }

  close(): void {
    this.listeners.close();
    this.order({ do: 'stop' });
  }

  /** All frames of a round are equally long: versions keep their number of digits. */
  private async burst(): Promise<void> {
    this.order({ do: 'burst', frames: burstFrames });
    const { frameBytes } = await this.next('sent');
    await this.listeners.receive((frameBytes + headerBytes) * burstFrames * this.listeners.count);
  }

  private cpu(): Promise<Extract<News, { is: 'cpu' }>> {
    this.order({ do: 'cpu' });
    return this.next('cpu');
  }

  private order(order: Order): void {
    this.server.send(order);
  }

  private async next<Is extends News['is']>(is: Is): Promise<Extract<News, { is: Is }>> {
    for (;;) {
      const index = this.news.findIndex((news) => news.is === is);
      if (index >= 0) return this.news.splice(index, 1)[0] as Extract<News, { is: Is }>;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

async function compare(sockets: number): Promise<void> {
  const rivals = contestants.map((contestant) => new Rival(contestant));
  for (const rival of rivals)
    print(`${rival.contestant}: ${Math.round(await rival.open(sockets))} B of memory per socket`);
  for (let round = 0; round < rounds; round++) for (const rival of rivals) await rival.round();
  for (const { contestant, perCpuSecond, perSecond } of rivals)
    print(
      `${contestant}, ${sockets} sockets: ${millions(perCpuSecond)} M deliveries per server CPU second, ${millions(perSecond)} M per second`,
    );
  const [ours = 0, bare = 1] = rivals.map(({ perCpuSecond }) => median(perCpuSecond));
  print(`  ratio ${((100 * ours) / bare).toFixed(1)} %`);
  for (const rival of rivals) rival.close();
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** Median, and the spread. */
function millions(numbers: readonly number[]): string {
  const [low, middle, high] = [Math.min(...numbers), median(numbers), Math.max(...numbers)].map((value) =>
    (value / 1e6).toFixed(2),
  );
  return `${middle} (${low}–${high})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const sizes = process.argv.slice(2).map(Number);
for (const sockets of sizes.length > 0 ? sizes : [1_000, 9_900]) await compare(sockets);
