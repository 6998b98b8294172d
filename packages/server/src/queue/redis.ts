import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { RedisConnection, type Script } from '../redis-connection.ts';
import { canDrop } from './can-drop.ts';
import { partitionOf } from './partition-of.ts';
import { queueLimits, type DeliveryHandler, type Queue, type QueueDepth } from './queue.ts';
import { RedisConsumer } from './redis-consumer.ts';
import { queueScripts } from './redis-scripts.ts';

export interface RedisQueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What keys begin with: its braces keep all of them in one slot of a cluster. */
  readonly prefix?: string;
  readonly entriesMax?: number;
  /** How long a partition stays with a consumer that is not heard of. */
  readonly leaseTtlMs?: number;
  /** The wait before the second try of an entry; each later one waits four times as long. */
  readonly retryDelayMs?: number;
  /** Entries of a partition that nobody is done with. With so many that were handed on, all of those are given up. */
  readonly handedOnMax?: number;
}

const defaults = {
  prefix: '{parley:queue}:',
  entriesMax: queueLimits.entriesMax,
  leaseTtlMs: 5_000,
  retryDelayMs: 10,
  handedOnMax: queueLimits.handedOnMax,
} as const;

/** @param url `redis://[user:password@]host[:port][/database]`, `rediss:` with TLS. */
export function openRedisQueue(url: string, options: RedisQueueOptions): Queue {
  return new RedisQueue(url, options);
}

/** The queue of many processes, on streams of Redis or Valkey. Every step is one script; the keys are described in `redis-scripts.ts`. */
class RedisQueue implements Queue {
  private readonly url: string;
  private readonly options: Required<RedisQueueOptions>;
  private readonly connection: RedisConnection;
  private consumer: RedisConsumer | undefined;
  private closed: Promise<void> | undefined;

  constructor(url: string, options: RedisQueueOptions) {
    this.url = url;
    this.options = { ...defaults, ...options };
    this.connection = new RedisConnection({ ...options, url, name: 'queue' });
  }

  async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    this.requireOpen();
    if (deliveries.length === 0) return;
    const { entriesMax, leaseTtlMs } = this.options;
    const entries = deliveries.flatMap((delivery) => [
      String(partitionOf(delivery.topic)),
      canDrop(delivery) ? '1' : '0',
      JSON.stringify(delivery),
    ]);
    const hasRoom = await this.run(queueScripts.enqueue, [String(entriesMax), String(leaseTtlMs), ...entries]);
    if (hasRoom === 0) throw new ParleyError('busy');
  }

  async consume(handler: DeliveryHandler): Promise<void> {
    this.requireOpen();
    if (this.consumer !== undefined) throw new Error('One consumer per process.');
    const run = (script: Script, args: readonly string[]): Promise<unknown> => this.run(script, args);
    this.consumer = new RedisConsumer({ ...this.options, url: this.url, handler, run });
    await this.consumer.start();
  }

  async depth(): Promise<QueueDepth> {
    this.requireOpen();
    const [waiting = 0, taken = 0, dead = 0] = (await this.run(queueScripts.depth, [])) as readonly number[];
    return { waiting, taken, dead };
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

  private run(script: Script, args: readonly string[]): Promise<unknown> {
    return this.connection.run(script, [this.options.prefix, ...args]);
  }
}
