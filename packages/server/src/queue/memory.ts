import { ParleyError } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';
import { canDrop } from './can-drop.ts';
import { HandedOnBatches } from './handed-on-batches.ts';
import { partitionOf } from './partition-of.ts';
import { pause } from './pause.ts';
import { queueLimits, type DeliveryHandler, type HandedOn, type Queue, type QueueDepth } from './queue.ts';

export interface MemoryQueueOptions {
  readonly entriesMax?: number;
  readonly batchMax?: number;
  /** The wait before the second try of an entry; each later one waits four times as long. */
  readonly retryDelayMs?: number;
  /** Entries of a partition that nobody is done with. With so many that were handed on, all of those are given up. */
  readonly handedOnMax?: number;
  /** Called with each entry that goes to the dead letters, and the error of its last try. */
  readonly onDead?: (delivery: Delivery, error: unknown) => void;
}

interface Partition {
  waiting: Delivery[];
  /** Entries with the handler, or handed on by it. */
  taken: number;
  readonly handedOn: HandedOnBatches;
  /** Entries that were handed on in vain. */
  broken: Tried[];
  isRunning: boolean;
}

interface Batch {
  readonly deliveries: readonly Delivery[];
  /** With this time. */
  readonly tries: number;
}

/** An entry nobody took yet. */
interface Tried {
  readonly delivery: Delivery;
  readonly tries: number;
  /** What the last try ended with. */
  readonly error: unknown;
}

const retryDelayMs = 10;

/** The queue of one process: partitions by topic, each handed over as soon as its last batch is through, without timers. */
export class MemoryQueue implements Queue {
  private readonly options: MemoryQueueOptions;
  private readonly entriesMax: number;
  private readonly batchMax: number;
  private readonly partitions: readonly Partition[];
  private readonly closing = Promise.withResolvers<void>();
  private readonly runs = new Set<Promise<void>>();
  private handler: DeliveryHandler | undefined;
  private waiting = 0;
  private waitingEphemeral = 0;
  private dead = 0;
  private isClosed = false;

  constructor(options: MemoryQueueOptions = {}) {
    this.options = options;
    this.entriesMax = options.entriesMax ?? queueLimits.entriesMax;
    this.batchMax = options.batchMax ?? queueLimits.batchMax;
    const handedOnMax = options.handedOnMax ?? queueLimits.handedOnMax;
    this.partitions = Array.from({ length: queueLimits.partitions }, () => ({
      waiting: [],
      taken: 0,
      handedOn: new HandedOnBatches(handedOnMax),
      broken: [],
      isRunning: false,
    }));
  }

  async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    this.requireOpen();
    for (const delivery of this.admit(deliveries)) {
      const partition = this.partitionOf(delivery.topic);
      partition.waiting.push(delivery);
      this.wake(partition);
    }
  }

  async consume(handler: DeliveryHandler): Promise<void> {
    this.requireOpen();
    if (this.handler !== undefined) throw new Error('One consumer per process.');
    this.handler = handler;
    for (const partition of this.partitions) this.wake(partition);
  }

  async depth(): Promise<QueueDepth> {
    this.requireOpen();
    const taken = this.partitions.reduce((sum, partition) => sum + partition.taken, 0);
    return { waiting: this.waiting, taken, dead: this.dead };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.closing.resolve();
    await Promise.all(this.runs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private requireOpen(): void {
    if (this.isClosed) throw new ParleyError('unavailable', 'The queue is closed.');
  }

  /** What of a batch there is room for: all, or without ephemeral ones, which go first. [Q5] */
  private admit(deliveries: readonly Delivery[]): readonly Delivery[] {
    const ephemeral = deliveries.reduce((sum, delivery) => sum + (canDrop(delivery) ? 1 : 0), 0);
    const hasRoom = this.waiting + deliveries.length <= this.entriesMax;
    if (hasRoom) this.waitingEphemeral += ephemeral;
    const admitted = hasRoom ? deliveries : this.makeRoom(deliveries, deliveries.length - ephemeral);
    this.waiting += admitted.length;
    return admitted;
  }

  private makeRoom(deliveries: readonly Delivery[], durable: number): readonly Delivery[] {
    if (this.waiting - this.waitingEphemeral + durable > this.entriesMax) throw new ParleyError('busy');
    if (this.waiting + durable > this.entriesMax) this.dropEphemeral();
    return deliveries.filter((delivery) => !canDrop(delivery));
  }

  private dropEphemeral(): void {
    for (const partition of this.partitions)
      partition.waiting = partition.waiting.filter((delivery) => !canDrop(delivery));
    this.waiting -= this.waitingEphemeral;
    this.waitingEphemeral = 0;
  }

  private partitionOf(topic: string): Partition {
    return this.partitions[partitionOf(topic)] as Partition;
  }

  /** A microtask later, so that what one call enqueues is taken together. [Q6] */
  private wake(partition: Partition): void {
    if (partition.isRunning || this.handler === undefined || !isReady(partition)) return;
    partition.isRunning = true;
    const { handler } = this;
    const run = Promise.resolve()
      .then(() => this.run(partition, handler))
      .finally(() => this.runs.delete(run));
    this.runs.add(run);
  }

  private async run(partition: Partition, handler: DeliveryHandler): Promise<void> {
    while (isReady(partition) && !this.isClosed) {
      const { broken } = partition;
      partition.broken = [];
      if (broken.length > 0) await this.retry(partition, broken, handler);
      else await this.handle(partition, handler);
    }
    partition.isRunning = false;
  }

  private async handle(partition: Partition, handler: DeliveryHandler): Promise<void> {
    const deliveries = this.take(partition);
    partition.taken += deliveries.length;
    try {
      await this.handOver(partition, { deliveries, tries: 1 }, handler);
    } catch (error) {
      await this.retry(partition, triedOf({ deliveries, tries: 1 }, error), handler);
    }
  }

  private async handOver(partition: Partition, batch: Batch, handler: DeliveryHandler): Promise<void> {
    const handedOn = await handler(batch.deliveries);
    if (handedOn === undefined) partition.taken -= batch.deliveries.length;
    else void this.follow(partition, batch, handedOn);
  }

  private async follow(partition: Partition, batch: Batch, handedOn: HandedOn): Promise<void> {
    partition.handedOn.add(batch.deliveries, handedOn);
    try {
      await handedOn.done;
      partition.taken -= batch.deliveries.length;
    } catch (error) {
      partition.broken.push(...triedOf(batch, error));
    }
    partition.handedOn.delete(batch.deliveries);
    this.wake(partition);
  }

  private take(partition: Partition): readonly Delivery[] {
    const { waiting } = partition;
    const isAll = waiting.length <= this.batchMax;
    const batch = isAll ? waiting : waiting.slice(0, this.batchMax);
    partition.waiting = isAll ? [] : waiting.slice(this.batchMax);
    this.waiting -= batch.length;
    if (this.waitingEphemeral > 0)
      this.waitingEphemeral -= batch.reduce((sum, delivery) => sum + (canDrop(delivery) ? 1 : 0), 0);
    return batch;
  }

  /** One entry at a time, so that only the poison one comes to its last try; ephemeral ones have had theirs. [Q3] */
  private async retry(partition: Partition, batch: readonly Tried[], handler: DeliveryHandler): Promise<void> {
    for (const tried of batch) {
      if (this.isClosed) return;
      if (canDrop(tried.delivery)) partition.taken--;
      else await this.retryOne(partition, tried, handler);
    }
  }

  private async retryOne(partition: Partition, tried: Tried, handler: DeliveryHandler): Promise<void> {
    const { delivery } = tried;
    let { error } = tried;
    for (let tries = tried.tries + 1; tries <= queueLimits.triesMax; tries++) {
      await pause((this.options.retryDelayMs ?? retryDelayMs) * 4 ** (tries - 2), this.closing.promise);
      if (this.isClosed) return;
      try {
        return await this.handOver(partition, { deliveries: [delivery], tries }, handler);
      } catch (cause) {
        error = cause;
      }
    }
    partition.taken--;
    this.bury(delivery, error);
  }

  private bury(delivery: Delivery, error: unknown): void {
    this.dead++;
    this.options.onDead?.(delivery, error);
  }
}

function isReady({ waiting, handedOn, broken }: Partition): boolean {
  return broken.length > 0 || (waiting.length > 0 && !handedOn.isFull);
}

function triedOf({ deliveries, tries }: Batch, error: unknown): readonly Tried[] {
  return deliveries.map((delivery) => ({ delivery, tries, error }));
}
