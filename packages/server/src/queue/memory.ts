import { ParleyError } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';
import { canDrop } from './can-drop.ts';
import { partitionOf } from './partition-of.ts';
import { pause } from './pause.ts';
import { queueLimits, type DeliveryHandler, type HandedOn, type Queue, type QueueDepth } from './queue.ts';

export interface MemoryQueueOptions {
  readonly entriesMax?: number;
  readonly batchMax?: number;
  /** The wait before the second try of an entry; each later one waits four times as long. */
  readonly retryDelayMs?: number;
  /** Called with each entry that goes to the dead letters, and the error of its last try. */
  readonly onDead?: (delivery: Delivery, error: unknown) => void;
}

interface Partition {
  waiting: Delivery[];
  /** Entries with the handler, or handed on by it. */
  taken: number;
  handedOn: number;
  /** Entries that were handed on in vain. */
  broken: Delivery[];
  isRunning: boolean;
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
    this.partitions = Array.from({ length: queueLimits.partitions }, () => ({
      waiting: [],
      taken: 0,
      handedOn: 0,
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
    const batch = this.take(partition);
    partition.taken += batch.length;
    try {
      const handedOn = await handler(batch);
      if (handedOn === undefined) partition.taken -= batch.length;
      else this.follow(partition, batch, handedOn);
    } catch {
      await this.retry(partition, batch, handler);
    }
  }

  private follow(partition: Partition, batch: readonly Delivery[], { done }: HandedOn): void {
    partition.handedOn += batch.length;
    const settle = (taken: number, broken: readonly Delivery[]): void => {
      partition.handedOn -= batch.length;
      partition.taken -= taken;
      partition.broken.push(...broken);
      this.wake(partition);
    };
    void done.then(
      () => settle(batch.length, []),
      () => settle(0, batch),
    );
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
  private async retry(partition: Partition, batch: readonly Delivery[], handler: DeliveryHandler): Promise<void> {
    for (const [index, delivery] of batch.entries()) {
      if (!(await this.retryOne(delivery, handler))) {
        this.putBack(partition, batch.slice(index));
        partition.taken -= batch.length - index;
        return;
      }
      partition.taken--;
    }
  }

  /** Resolves with whether the entry is done with: taken or dead. False: the queue closes. */
  private async retryOne(delivery: Delivery, handler: DeliveryHandler): Promise<boolean> {
    if (canDrop(delivery)) return true;
    let delayMs = this.options.retryDelayMs ?? retryDelayMs;
    for (let tries = 2; tries <= queueLimits.triesMax; tries++, delayMs *= 4) {
      await pause(delayMs, this.closing.promise);
      if (this.isClosed) return false;
      try {
        const handedOn = await handler([delivery]);
        await Promise.race([handedOn?.done, this.closing.promise]);
        return true;
      } catch (error) {
        if (tries === queueLimits.triesMax) this.bury(delivery, error);
      }
    }
    return true;
  }

  private bury(delivery: Delivery, error: unknown): void {
    this.dead++;
    this.options.onDead?.(delivery, error);
  }

  private putBack(partition: Partition, deliveries: readonly Delivery[]): void {
    partition.waiting = [...deliveries, ...partition.waiting];
    this.waiting += deliveries.length;
  }
}

function isReady({ waiting, handedOn, broken }: Partition): boolean {
  return broken.length > 0 || (waiting.length > 0 && handedOn < queueLimits.handedOnMax);
}
