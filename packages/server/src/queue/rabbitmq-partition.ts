import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import type { Log } from '../log.ts';
import { HeldPartition, type HeldEntry } from './held-partition.ts';
import type { DeliveryHandler } from './queue.ts';
import { rabbitLimits, type Places } from './rabbitmq-places.ts';
import { sendTo } from './rabbitmq-send.ts';
import { reconnectingLimits } from './reconnecting.ts';

export interface RabbitPartitionOptions {
  readonly number: number;
  /** Unlike that of any other process. */
  readonly consumer: string;
  readonly model: ChannelModel;
  readonly places: Places;
  readonly clock: Clock;
  readonly log: Log;
  readonly retryDelayMs: number;
  readonly handler: DeliveryHandler;
  /** The channel is gone, and what was not acknowledged is somebody else's. */
  onLost(): void;
}

interface RabbitEntry extends HeldEntry {
  /** Undefined: ephemeral, which nobody waits for. */
  readonly message: ConsumeMessage | undefined;
}

/** The engine's word for what another connection has. */
const resourceLocked = 405;

/**
 * One partition for as long as its channel lasts. With the channel the engine gives what was not acknowledged, in its order, to the next
 * one in one step: that is what the single active consumer is for.
 */
export class RabbitPartition {
  private readonly options: RabbitPartitionOptions;
  private readonly channel: ConfirmChannel;
  private readonly deadlines: Deadlines;
  private readonly held: HeldPartition<RabbitEntry>;
  /** Tags that are not acknowledged, in their order. */
  private readonly unfinished = new Set<number>();
  isOpen = true;

  private constructor(options: RabbitPartitionOptions, channel: ConfirmChannel, triesNoted: number) {
    const { clock, handler, retryDelayMs } = options;
    this.options = options;
    this.channel = channel;
    this.deadlines = new Deadlines(clock, reconnectingLimits.openMs);
    this.held = new HeldPartition({
      handler,
      retryDelayMs,
      triesNoted,
      handedOnMax: rabbitLimits.handedOnMax,
      note: (tries) => this.send(options.places.note(options.number), `${tries} ${options.consumer}`),
      finish: (entries) => this.finish(entries),
      bury: (entry, error) => this.bury(entry, error),
      onLost: () => this.lose(),
    });
    for (const event of ['close', 'return']) channel.on(event, () => this.lose());
  }

  /** Undefined: somebody has it. */
  static async take(options: RabbitPartitionOptions): Promise<RabbitPartition | undefined> {
    const channel = await options.model.createConfirmChannel();
    // Its close tells as much.
    channel.on('error', nothing);
    try {
      const partition = new RabbitPartition(options, channel, await claim(channel, options));
      await partition.listen();
      return partition;
    } catch (error) {
      await channel.close().catch(nothing);
      if ((error as { readonly code?: unknown }).code === resourceLocked) return undefined;
      throw error;
    }
  }

  get waiting(): number {
    return this.held.waitingCount;
  }

  get taken(): number {
    return this.held.taken;
  }

  /** Takes no more. Resolves when no handler runs. */
  stop(): Promise<void> {
    return this.held.stop();
  }

  /** What is not finished then, others may take. */
  async giveUp(): Promise<void> {
    await this.held.giveUp().catch(nothing);
    this.isOpen = false;
    await this.channel.close().catch(nothing);
  }

  private async listen(): Promise<void> {
    const { number, places } = this.options;
    const { channel } = this;
    await channel.prefetch(rabbitLimits.inHandMax);
    await channel.consume(places.live(number), (message) => this.addEphemeral(message), { noAck: true });
    await channel.consume(places.partition(number), (message) => this.add(message));
  }

  private add(message: ConsumeMessage | null): void {
    // The engine has ended this consumer, as when somebody removes the queue.
    if (message === null) return this.lose();
    this.unfinished.add(message.fields.deliveryTag);
    this.held.add({ text: message.content.toString(), message });
  }

  /** [D9] */
  private addEphemeral(message: ConsumeMessage | null): void {
    if (message === null) return this.lose();
    if (this.held.waitingCount >= rabbitLimits.ephemeralMax) return;
    this.held.add({ text: message.content.toString(), message: undefined });
  }

  private finish(entries: readonly RabbitEntry[]): void {
    const messages = entries.flatMap(({ message }) => message ?? []);
    const last = messages.at(-1);
    if (last === undefined || !this.isOpen) return;
    for (const { fields } of messages) this.unfinished.delete(fields.deliveryTag);
    const [oldest = Infinity] = this.unfinished;
    if (last.fields.deliveryTag < oldest) this.channel.ack(last, true);
    else for (const message of messages) this.channel.ack(message);
  }

  private async bury({ text }: RabbitEntry, cause: unknown): Promise<void> {
    const { number: partition, log, places } = this.options;
    const error = String(cause).slice(0, rabbitLimits.errorLengthMax);
    log.error({ partition, error }, 'A delivery could not be made');
    await this.send(places.dead, text, { error, partition });
  }

  private async send(queue: string, text: string, headers = {}): Promise<void> {
    if (!this.isOpen) throw new Error('The partition is lost.');
    await this.deadlines.guard(sendTo(this.channel, queue, { text, headers }));
  }

  private lose(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.channel.close().catch(nothing);
    this.options.onLost();
  }
}

/**
 * Makes the queue that only one connection can have. @returns how many consumers are noted to have ended. Who was here last and has lost
 * its connection since, as when the engine starts anew, has not.
 */
async function claim(channel: ConfirmChannel, options: RabbitPartitionOptions): Promise<number> {
  const { number, places, consumer } = options;
  await channel.assertQueue(places.live(number), {
    exclusive: true,
    durable: false,
    maxLength: rabbitLimits.ephemeralMax,
  });
  const note = await channel.get(places.note(number));
  if (note === false) return 0;
  channel.nack(note, false, true);
  const [tries = '0', by] = note.content.toString().split(' ');
  return by === consumer ? 0 : Number(tries);
}

function nothing(): void {
  // A channel that cannot be closed is closed.
}
