import { ParleyError } from '@parley/protocol';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { canDrop } from './can-drop.ts';
import { CountedRoom } from './counted-room.ts';
import { partitionOf } from './partition-of.ts';
import { queueLimits, type DeliveryHandler, type Queue, type QueueDepth } from './queue.ts';
import { connectRabbit, cutRabbit } from './rabbitmq-connection.ts';
import { RabbitConsumer } from './rabbitmq-consumer.ts';
import { makePlaces, placesOf, type Places } from './rabbitmq-places.ts';
import { sendTo } from './rabbitmq-send.ts';
import { Reconnecting, reconnectingLimits } from './reconnecting.ts';

export interface RabbitQueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What names of queues begin with. */
  readonly prefix?: string;
  readonly entriesMax?: number;
  /** Seconds; a consumer that is silent for two of them loses its partitions. */
  readonly heartbeatS?: number;
  /** The wait before the second try of an entry; each later one waits four times as long. */
  readonly retryDelayMs?: number;
}

const defaults = {
  prefix: 'parley.',
  entriesMax: queueLimits.entriesMax,
  heartbeatS: 5,
  retryDelayMs: 10,
} as const;

interface Opened {
  readonly model: ChannelModel;
  readonly publishing: ConfirmChannel;
  readonly asking: Channel;
  /** A queue is not there any more, so that what is confirmed may be nowhere. */
  isBroken: boolean;
}

/** @param url `amqp://[user:password@]host[:port][/vhost]`, `amqps:` with TLS. @throws RangeError */
export function openRabbitQueue(url: string, options: RabbitQueueOptions): Queue {
  if (!URL.canParse(url) || new URL(url).hostname === '')
    throw new RangeError('must be such as amqp://host:5672/vhost');
  return new RabbitQueue(url, options);
}

/**
 * The queue of many processes, on quorum queues of RabbitMQ: one to a partition, with one consumer at a time. What is where is described
 * in `rabbitmq-places.ts`.
 */
class RabbitQueue implements Queue {
  private readonly url: string;
  private readonly options: Required<RabbitQueueOptions>;
  private readonly places: Places;
  private readonly connection: Reconnecting<Opened>;
  private readonly room: CountedRoom;
  private consumer: RabbitConsumer | undefined;
  private closed: Promise<void> | undefined;

  constructor(url: string, options: RabbitQueueOptions) {
    this.url = url;
    this.options = { ...defaults, ...options };
    this.places = placesOf(this.options.prefix);
    this.room = new CountedRoom(this.options);
    this.connection = new Reconnecting({
      ...this.options,
      callMs: reconnectingLimits.callMs,
      open: (lost) => this.open(lost),
      close: ({ model }) => model.close(),
      cut: ({ model }) => cutRabbit(model),
    });
  }

  async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    this.requireOpen();
    if (deliveries.length === 0) return;
    await this.connection.run(async (opened) => {
      await this.send(opened, deliveries);
      if (opened.isBroken) throw new Error('A queue was removed.');
    });
  }

  async consume(handler: DeliveryHandler): Promise<void> {
    this.requireOpen();
    if (this.consumer !== undefined) throw new Error('One consumer per process.');
    this.consumer = new RabbitConsumer({ ...this.options, url: this.url, places: this.places, handler });
    await this.consumer.start();
  }

  async depth(): Promise<QueueDepth> {
    this.requireOpen();
    return await this.connection.run(async ({ asking }) => {
      const waiting = await this.count(asking);
      const { messageCount: dead } = await asking.checkQueue(this.places.dead);
      return { waiting, taken: this.consumer?.taken ?? 0, dead };
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

  private open(lost: (error: unknown) => void): Promise<Opened> {
    const { heartbeatS } = this.options;
    const make = async (model: ChannelModel) => {
      // It takes nothing for now, and tells nobody when that ends.
      model.on('blocked', (reason) => lost(new Error(`The broker is blocked: ${reason}`)));
      const [publishing, asking] = [await model.createConfirmChannel(), await model.createChannel()];
      // The next call tells, and what is not confirmed is rejected.
      for (const channel of [publishing, asking]) channel.on('error', () => undefined);
      const made = { model, publishing, asking, isBroken: false };
      publishing.on('return', () => {
        made.isBroken = true;
        lost(new Error('A queue was removed.'));
      });
      await makePlaces(asking, this.places);
      this.room.forget();
      return made;
    };
    return connectRabbit({ url: this.url, heartbeatS }, 'queue', { lost, make });
  }

  private async send({ publishing, asking }: Opened, deliveries: readonly Delivery[]): Promise<void> {
    await this.room.send({
      durable: deliveries.reduce((sum, delivery) => sum + (canDrop(delivery) ? 0 : 1), 0),
      count: () => this.count(asking),
      send: () => Promise.all(deliveries.map((delivery) => this.sendOne(publishing, delivery))),
    });
  }

  private async sendOne(channel: ConfirmChannel, delivery: Delivery): Promise<void> {
    const number = partitionOf(delivery.topic);
    const text = JSON.stringify(delivery);
    // Kept for nobody: without a consumer it is dropped. [D9]
    if (canDrop(delivery)) channel.sendToQueue(this.places.live(number), Buffer.from(text));
    else await sendTo(channel, this.places.partition(number), { text });
  }

  private async count(asking: Channel): Promise<number> {
    let waiting = this.consumer?.waiting ?? 0;
    for (let number = 0; number < queueLimits.partitions; number++)
      waiting += (await asking.checkQueue(this.places.partition(number))).messageCount;
    return waiting;
  }
}
