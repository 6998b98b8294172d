import type { Delivery } from '../delivery.ts';
import type { DeliveryHandler, Queue, QueueDepth } from '../queue/queue.ts';

export interface DisorderedQueueOptions {
  /** From 0 up to 1, as `Math.random`. */
  readonly random?: () => number;
  /** How long an entry that is kept back waits for others to overtake it. */
  readonly lateMs?: number;
}

const defaults = { random: Math.random, lateMs: 50 } as const;
/** Of the entries: how many come twice, and how many come after later ones. */
const [doubledShare, lateShare] = [0.3, 0.3];

/**
 * A queue that can do everything the contract forbids: while `isDisordered` is true entries come twice, shuffled, and after
 * later ones, also within a conversation. Entries that are late when the process ends are lost. [F7, D15]
 */
export class DisorderedQueue implements Queue {
  isDisordered = false;
  private readonly queue: Queue;
  private readonly random: () => number;
  private readonly lateMs: number;
  private late: Delivery[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queue: Queue, options: DisorderedQueueOptions = {}) {
    this.queue = queue;
    this.random = options.random ?? defaults.random;
    this.lateMs = options.lateMs ?? defaults.lateMs;
  }

  enqueue(deliveries: readonly Delivery[]): Promise<void> {
    return this.queue.enqueue(deliveries);
  }

  consume(handler: DeliveryHandler): Promise<void> {
    return this.queue.consume(async (batch) => {
      const given = this.isDisordered ? this.disorder(batch) : [...this.takeLate(), ...batch];
      if (this.late.length > 0) this.timer ??= setTimeout(() => this.giveLate(handler), this.lateMs);
      return given.length > 0 ? handler(given) : undefined;
    });
  }

  async depth(): Promise<QueueDepth> {
    const depth = await this.queue.depth();
    return { ...depth, taken: depth.taken + this.late.length };
  }

  close(): Promise<void> {
    clearTimeout(this.timer);
    return this.queue.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private disorder(batch: readonly Delivery[]): readonly Delivery[] {
    const earlier = this.takeLate();
    const now: Delivery[] = [];
    for (const delivery of batch) {
      (this.random() < lateShare ? this.late : now).push(delivery);
      if (this.random() < doubledShare) (this.random() < lateShare ? this.late : now).push(delivery);
    }
    return this.shuffled([...now, ...earlier]);
  }

  private shuffled(deliveries: Delivery[]): Delivery[] {
    for (let index = deliveries.length - 1; index > 0; index--) {
      const other = Math.floor(this.random() * (index + 1));
      [deliveries[index], deliveries[other]] = [deliveries[other] as Delivery, deliveries[index] as Delivery];
    }
    return deliveries;
  }

  private takeLate(): readonly Delivery[] {
    const { late } = this;
    this.late = [];
    return late;
  }

  /** A node that refuses these gets them no second time: they are lost, and found by the heads. [D7] */
  private giveLate(handler: DeliveryHandler): void {
    this.timer = undefined;
    const late = this.takeLate();
    if (late.length > 0) void handler(late).catch(() => undefined);
  }
}
