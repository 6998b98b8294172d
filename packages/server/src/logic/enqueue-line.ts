import type { Delivery } from '../delivery.ts';

interface Gathering {
  readonly deliveries: Delivery[];
  readonly done: Promise<void>;
}

/**
 * Hands deliveries to the queue in the order they were pushed: one call at a time, each with all that gathered while the
 * last one was out. A push resolves when the queue holds it, and rejects with the queue's error. [D3]
 */
export class EnqueueLine {
  private readonly enqueue: (deliveries: readonly Delivery[]) => Promise<void>;
  private last: Promise<void> = Promise.resolve();
  private gathering: Gathering | undefined;

  constructor(enqueue: (deliveries: readonly Delivery[]) => Promise<void>) {
    this.enqueue = enqueue;
  }

  push(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return this.last;
    this.gathering ??= this.gather();
    for (const delivery of deliveries) this.gathering.deliveries.push(delivery);
    return this.gathering.done;
  }

  /** Resolves when nothing is out; never rejects. */
  idle(): Promise<void> {
    return this.last;
  }

  private gather(): Gathering {
    const deliveries: Delivery[] = [];
    const done = this.last.then(() => {
      this.gathering = undefined;
      return this.enqueue(deliveries);
    });
    this.last = done.catch(() => undefined);
    return { deliveries, done };
  }
}
