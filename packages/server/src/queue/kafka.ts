import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { canDrop } from './can-drop.ts';
import { parseKafkaUrl, type KafkaAddress } from './kafka-address.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import { readNote } from './kafka-note.ts';
import { committedOf, extentsOf } from './kafka-offsets.ts';
import { openKafkaCluster } from './kafka-open-cluster.ts';
import { kafkaLimits, kafkaPlacesOf, type KafkaPlaces } from './kafka-places.ts';
import { KafkaPublisher, type KafkaLetter } from './kafka-publisher.ts';
import { partitionOf } from './partition-of.ts';
import { queueLimits, type DeliveryHandler, type Queue, type QueueDepth } from './queue.ts';
import { Reconnecting, reconnectingLimits } from './reconnecting.ts';

export interface KafkaQueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What names of topics and of the group begin with, in place of that of the address. */
  readonly prefix?: string;
  readonly entriesMax?: number;
  /** How long a call may take. */
  readonly callMs?: number;
  /** A consumer that is not heard of for so long loses its partitions. A broker takes 6 s or more, if it is not told otherwise. */
  readonly sessionMs?: number;
  /** The wait before the second try of an entry; each later one waits four times as long. */
  readonly retryDelayMs?: number;
}

const defaults = {
  entriesMax: queueLimits.entriesMax,
  callMs: reconnectingLimits.callMs,
  sessionMs: 6_000,
  retryDelayMs: 10,
} as const;

interface Opened {
  readonly cluster: KafkaCluster;
  readonly deliveries: KafkaPublisher;
  readonly live: KafkaPublisher;
  lost(error: unknown): void;
}

/** How long a count of what waits is good for while there is much room. */
const countTtlMs = 1_000;
const allPartitions = Array.from({ length: queueLimits.partitions }, (_, number) => number);

/** @param url `kafka://[user:password@]host[:port],…[/prefix]`, see `kafka-address.ts`. @throws RangeError */
export function openKafkaQueue(url: string, options: KafkaQueueOptions): Queue {
  return new KafkaQueue(parseKafkaUrl(url), options);
}

/**
 * The queue of many processes, on a topic of Kafka with a consumer group. What is where is described in `kafka-places.ts`. Entries are
 * counted before they are sent, so several processes at once may go beyond the bound by as much as they send in a second.
 */
class KafkaQueue implements Queue {
  private readonly address: KafkaAddress;
  private readonly options: Required<Omit<KafkaQueueOptions, 'prefix'>>;
  private readonly places: KafkaPlaces;
  private readonly connection: Reconnecting<Opened>;
  private consumer: KafkaConsumer | undefined;
  /** Calls go out one after the other, whatever they wait for before. [Q1] */
  private turn: Promise<unknown> = Promise.resolve();
  /** By the last count, and what was sent since. */
  private waiting = 0;
  private unconfirmed = 0;
  private countedAtMs = -Infinity;
  private closed: Promise<void> | undefined;

  constructor(address: KafkaAddress, { prefix = address.prefix, ...options }: KafkaQueueOptions) {
    this.address = address;
    this.options = { ...defaults, ...options };
    this.places = kafkaPlacesOf(prefix);
    this.connection = new Reconnecting({
      ...this.options,
      open: (lost) => this.open(lost),
      close: () => Promise.resolve(),
      cut: ({ cluster }) => cluster.cut(),
    });
  }

  async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    this.requireOpen();
    if (deliveries.length === 0) return;
    await this.connection.run(async (opened) => {
      const sending = this.turn.then(() => this.send(opened, deliveries));
      this.turn = sending.catch(() => undefined);
      await (
        await sending
      ).confirmed;
    });
  }

  async consume(handler: DeliveryHandler): Promise<void> {
    this.requireOpen();
    if (this.consumer !== undefined) throw new Error('One consumer per process.');
    const { address, places } = this;
    this.consumer = new KafkaConsumer({ ...this.options, address, places, handler });
    await this.consumer.start();
  }

  async depth(): Promise<QueueDepth> {
    this.requireOpen();
    return await this.connection.run(async ({ cluster }) => {
      const [waiting, dead] = await Promise.all([
        this.count(cluster),
        extentsOf([cluster, 'ask'], this.places.dead, [0]),
      ]);
      const { first, next } = dead.get(0) ?? { first: 0, next: 0 };
      return { waiting, taken: this.consumer?.taken ?? 0, dead: next - first };
    });
  }

  close(): Promise<void> {
    return (this.closed ??= this.closeNow());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async closeNow(): Promise<void> {
    await this.consumer?.close();
    await this.connection.close();
  }

  private requireOpen(): void {
    if (this.closed !== undefined) throw new ParleyError('unavailable', 'The queue is closed.');
  }

  private async open(lost: (error: unknown) => void): Promise<Opened> {
    const { address, places } = this;
    const cluster = await openKafkaCluster(address, places, lost);
    this.countedAtMs = -Infinity;
    return {
      cluster,
      lost,
      deliveries: new KafkaPublisher({ cluster, topic: places.deliveries, acknowledgedBy: 'all' }),
      live: new KafkaPublisher({
        cluster,
        topic: places.live,
        acknowledgedBy: 'leader',
        waitingMax: kafkaLimits.ephemeralMax,
      }),
    };
  }

  private async send({ cluster, deliveries: durable, live, lost }: Opened, deliveries: readonly Delivery[]) {
    const [letters, dropped] = [deliveries.filter((delivery) => !canDrop(delivery)), deliveries.filter(canDrop)];
    await this.requireRoom(letters.length, cluster);
    // Nobody waits for them, and whoever misses them misses nothing. [D9]
    live.send(dropped.map(letterOf)).catch(lost);
    return { confirmed: this.confirm(letters.length, durable.send(letters.map(letterOf))) };
  }

  private async confirm(count: number, sent: Promise<void>): Promise<void> {
    this.unconfirmed += count;
    try {
      await sent;
    } finally {
      this.unconfirmed -= count;
    }
  }

  /** Counts anew when it is long ago, or when the bound may be near. @throws ParleyError `busy` [Q5] */
  private async requireRoom(durable: number, cluster: KafkaCluster): Promise<void> {
    const { entriesMax, clock } = this.options;
    const isOld = clock.monotonic() - this.countedAtMs > countTtlMs;
    if (isOld || this.waiting + durable > entriesMax / 2) {
      this.waiting = this.unconfirmed + (await this.count(cluster));
      this.countedAtMs = clock.monotonic();
    }
    if (durable > 0 && this.waiting + durable > entriesMax) throw new ParleyError('busy');
    this.waiting += durable;
  }

  /** Of what another process has, what it is not done with counts as waiting: the broker knows no more. */
  private async count(cluster: KafkaCluster): Promise<number> {
    const ask = [cluster, 'ask'] as const;
    const [extents, committed] = await Promise.all([
      extentsOf(ask, this.places.deliveries, allPartitions),
      committedOf(ask, this.places, allPartitions),
    ]);
    let waiting = 0;
    for (const [number, { first, next }] of extents) {
      const { offset = first, note = '' } = committed.get(number) ?? {};
      const { read, undone } = readNote(note, offset);
      waiting += Math.max(0, this.consumer?.waitingOf(number, next) ?? next - Math.max(first, read) + undone);
    }
    return waiting;
  }
}

function letterOf(delivery: Delivery): KafkaLetter {
  return { partition: partitionOf(delivery.topic), text: JSON.stringify(delivery) };
}
