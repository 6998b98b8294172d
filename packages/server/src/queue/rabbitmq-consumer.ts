import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { pause } from './pause.ts';
import { queueLimits, type DeliveryHandler, type HandedOn } from './queue.ts';
import { connectRabbit, cutRabbit } from './rabbitmq-connection.ts';
import { RabbitPartition } from './rabbitmq-partition.ts';
import { makePlaces, type Places } from './rabbitmq-places.ts';
import { Reconnecting, reconnectingLimits } from './reconnecting.ts';

export interface RabbitConsumerOptions {
  readonly url: string;
  readonly places: Places;
  readonly clock: Clock;
  readonly log: Log;
  readonly heartbeatS: number;
  readonly retryDelayMs: number;
  readonly handler: DeliveryHandler;
}

interface Opened {
  readonly model: ChannelModel;
  /** For everything that is not of one partition. */
  readonly control: Channel;
}

/** How often it is looked at what is free, where nobody tells. */
const beatMs = 1_000;

/** Has this process's share of the partitions: takes free ones, and gives up what is too much when another consumer comes. */
export class RabbitConsumer {
  private readonly options: RabbitConsumerOptions;
  private readonly id = crypto.randomUUID();
  private readonly connection: Reconnecting<Opened>;
  /** The last one; of no use when its connection is gone. */
  private control: Channel | undefined;
  private readonly partitions = new Map<number, RabbitPartition>();
  /** Partitions that end; a number is taken up again only after its last one. */
  private readonly ending = new Map<number, RabbitPartition>();
  private beating: Promise<void> | undefined;
  private isRung = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private awakeAtMs: number;
  private isClosed = false;

  constructor(options: RabbitConsumerOptions) {
    this.options = options;
    this.awakeAtMs = options.clock.monotonic();
    this.connection = new Reconnecting({
      ...options,
      callMs: reconnectingLimits.openMs,
      open: (lost) => connectRabbit(options, 'task', { lost, make: (model) => this.make(model) }),
      close: ({ model }) => model.close(),
      cut: ({ model }) => cutRabbit(model),
    });
  }

  get waiting(): number {
    return this.sum(({ waiting }) => waiting);
  }

  get taken(): number {
    return this.sum(({ taken }) => taken);
  }

  /** Resolves when it has looked for the first time, or nobody answered. */
  async start(): Promise<void> {
    this.timer = setInterval(() => this.wake(), beatMs);
    this.wake();
    await this.beating;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await this.beating;
    await Promise.all(this.all().map((partition) => partition.stop()));
    await pause(reconnectingLimits.callMs, this.leave());
    await this.connection.close();
  }

  private all(): readonly RabbitPartition[] {
    return [...this.partitions.values(), ...this.ending.values()];
  }

  private sum(of: (partition: RabbitPartition) => number): number {
    return this.all().reduce((sum, partition) => sum + of(partition), 0);
  }

  private async make(model: ChannelModel): Promise<Opened> {
    const { places } = this.options;
    const control = await model.createChannel();
    // The next call on it tells.
    control.on('error', nothing);
    await makePlaces(control, places);
    const { queue } = await control.assertQueue('', { exclusive: true });
    await control.bindQueue(queue, places.news, '');
    await control.consume(queue, (news) => this.hear(news), { noAck: true });
    await control.consume(places.members, nothing, { noAck: true, consumerTag: this.id });
    this.control = control;
    this.tell();
    return { model, control };
  }

  private wake(): void {
    if (this.hasStoodStill()) this.connection.giveUp(new Error('This process stood still.'));
    this.awakeAtMs = this.options.clock.monotonic();
    this.beat();
  }

  /** For longer than the engine waits: then its partitions are others', whatever still comes out of its socket. [D12] */
  private hasStoodStill(): boolean {
    const { clock, heartbeatS } = this.options;
    return clock.monotonic() - this.awakeAtMs > heartbeatS * 1_000;
  }

  private async handle(batch: readonly Delivery[]): Promise<HandedOn | void> {
    if (this.hasStoodStill()) throw new Error('This process stood still.');
    return await this.options.handler(batch);
  }

  private tell(): void {
    this.control?.publish(this.options.places.news, '', Buffer.from(this.id));
  }

  private hear(news: ConsumeMessage | null): void {
    if (news !== null && news.content.toString() !== this.id) this.beat();
  }

  private beat(): void {
    this.isRung = true;
    if (this.isClosed) return;
    this.beating ??= this.beatNow().finally(() => {
      this.beating = undefined;
      if (this.isRung) this.beat();
    });
  }

  private async beatNow(): Promise<void> {
    this.isRung = false;
    try {
      await this.connection.run((opened) => this.balance(opened));
    } catch {
      // The connection tells, and the next beat tries again.
    }
  }

  private async balance(opened: Opened): Promise<void> {
    const { consumerCount } = await opened.control.checkQueue(this.options.places.members);
    const share = Math.ceil(queueLimits.partitions / Math.max(1, consumerCount));
    for (const number of [...this.partitions.keys()].slice(share)) void this.giveUp(number);
    const missing = share - this.partitions.size;
    if (missing > 0 && !this.isClosed) await this.takeFree(opened, missing);
  }

  private async takeFree({ model, control }: Opened, countMax: number): Promise<void> {
    const free: number[] = [];
    // Consumers that begin at different places want different ones.
    const first = Math.floor(Math.random() * queueLimits.partitions);
    for (let index = 0; index < queueLimits.partitions && free.length < countMax; index++) {
      const number = (first + index) % queueLimits.partitions;
      if (this.partitions.has(number) || this.ending.has(number)) continue;
      const { consumerCount } = await control.checkQueue(this.options.places.partition(number));
      if (consumerCount === 0) free.push(number);
    }
    await Promise.all(free.map((number) => this.take(number, model)));
  }

  private async take(number: number, model: ChannelModel): Promise<void> {
    const onLost = (): void => void this.end(number, (partition) => partition.stop());
    const handler: DeliveryHandler = (batch) => this.handle(batch);
    const partition = await RabbitPartition.take({
      ...this.options,
      consumer: this.id,
      handler,
      number,
      model,
      onLost,
    });
    if (partition?.isOpen === true) this.partitions.set(number, partition);
  }

  private giveUp(number: number): Promise<void> {
    return this.end(number, (partition) => partition.giveUp());
  }

  /** Its beats do not wait for the handler. */
  private async end(number: number, how: (partition: RabbitPartition) => Promise<void>): Promise<void> {
    const partition = this.partitions.get(number);
    if (partition === undefined) return;
    this.partitions.delete(number);
    this.ending.set(number, partition);
    const { control } = this;
    await how(partition);
    await this.release(number, control);
    this.ending.delete(number);
    this.beat();
  }

  /** Its queue is this connection's until it goes. If that fails the connection is gone, and the queue with it. */
  private async release(number: number, control: Channel | undefined): Promise<void> {
    try {
      await control?.deleteQueue(this.options.places.live(number));
      this.tell();
    } catch {
      // So it is with a connection that is gone.
    }
  }

  private async leave(): Promise<void> {
    await this.control?.cancel(this.id).catch(nothing);
    await Promise.all([...this.partitions.keys()].map((number) => this.giveUp(number)));
  }
}

function nothing(): void {
  // There is nothing to do.
}
