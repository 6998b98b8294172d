import type { Delivery } from '../delivery.ts';
import type { DeliveryHandler, Queue, QueueDepth } from '../queue/queue.ts';
import type { Faults } from './faults.ts';

/** A queue that passes fault points: around `enqueue`, and before and after each batch is handled. */
export class FaultyQueue implements Queue {
  private readonly queue: Queue;
  private readonly faults: Faults;

  constructor(queue: Queue, faults: Faults) {
    this.queue = queue;
    this.faults = faults;
  }

  async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    await this.faults.at('enqueue.before');
    await this.queue.enqueue(deliveries);
    await this.faults.at('enqueue.after');
  }

  consume(handler: DeliveryHandler): Promise<void> {
    return this.queue.consume(async (batch) => {
      await this.faults.at('task.taken');
      const handedOn = await handler(batch);
      await this.faults.at('acknowledge.before');
      return handedOn;
    });
  }

  depth(): Promise<QueueDepth> {
    return this.queue.depth();
  }

  close(): Promise<void> {
    return this.queue.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
