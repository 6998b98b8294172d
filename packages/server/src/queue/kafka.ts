import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { canDrop } from './can-drop.ts';
import { CountedRoom } from './counted-room.ts';
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

const allPartitions = Array.from({ length: queueLimits.partitions }, (_, number) => number);

/** @param url `kafka://[user:password@]host[:port],…[/prefix]`, see `kafka-address.ts`. @throws RangeError */
export function openKafkaQueue(url: string, options: KafkaQueueOptions): Queue {
  return new KafkaQueue(parseKafkaUrl(url), options);
}

/**
 * The queue of many processes, on a topic of Kafka with a consumer group. What is where is described in `kafka-places.ts`.
 */
class KafkaQueue implements Queue {
  private readonly address: KafkaAddress;
  private readonly options: Required<Omit<KafkaQueueOptions, 'prefix'>>;
  private readonly places: KafkaPlaces;
  private readonly connection: Reconnecting<Opened>;
  private readonly room: CountedRoom;
  private consumer: KafkaConsumer | undefined;
  private closed: Promise<void> | undefined;

  constructor(address: KafkaAddress, { prefix = address.prefix, ...options }: KafkaQueueOptions) {
    this.address = address;
    this.options = { ...defaults, ...options };
    this.places = kafkaPlacesOf(prefix);
    this.room = new CountedRoom(this.options);
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
    await this.connection.run((opened) => this.send(opened, deliveries));
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
    this.room.forget();
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

  private async send(opened: Opened, deliveries: readonly Delivery[]): Promise<void> {
    const { cluster, deliveries: durable, live, lost } = opened;
    const [kept, ephemeral] = [deliveries.filter((delivery) => !canDrop(delivery)), deliveries.filter(canDrop)];
    const send = (): Promise<void> => {
      // Nobody waits for them, and whoever misses them misses nothing. [D9]
      live.send(ephemeral.map(letterOf)).catch(lost);
      return durable.send(kept.map(letterOf));
    };
    await this.room.send({ durable: kept.length, count: () => this.count(cluster), send });
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
