import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { Presence } from '../presence/presence.ts';
import type { HandedOn, Queue } from '../queue/queue.ts';
import type { RegisteredNode, Registry } from '../registry/registry.ts';
import type { Rpc } from '../rpc/rpc.ts';
import { NodeOutbox } from './node-outbox.ts';
import { routeDeliveries, type Routed, type Routing } from './route-deliveries.ts';

export interface TaskOptions {
  readonly queue: Queue;
  readonly presence: Presence;
  readonly registry: Registry;
  readonly rpc: Rpc;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes deliveries from the queue and brings them to the connect nodes that need them, in order, each node once per batch. */
export interface Task extends AsyncDisposable {
  /** Begins to take. Once. */
  start(): Promise<void>;
  /** Does what is due by the clock. `start` has it called; tests call it after turning theirs. */
  advance(): void;
  numbers(): TaskNumbers;
  /** Stops its clockwork. The queue is closed before, by whoever opened it, and waits for what is on its way. */
  close(): Promise<void>;
}

export interface TaskNumbers {
  /** Deliveries taken from the queue since the start. */
  readonly taken: number;
  /** Deliveries on their way to nodes. */
  readonly waiting: number;
  /** Nodes that nobody waits for, because they did not answer in time. */
  readonly lagging: number;
}

/** How often the clock is looked at for nodes that hang. */
const advanceIntervalMs = 100;

export function createTask(options: TaskOptions): Task {
  return new TaskNode(options);
}

class TaskNode implements Task {
  private readonly options: TaskOptions;
  private readonly routing: Routing;
  private readonly outboxes = new Map<string, NodeOutbox>();
  private nodes: ReadonlySet<string> = new Set();
  private taken = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private stopWatching: (() => void) | undefined;

  constructor(options: TaskOptions) {
    this.options = options;
    this.routing = { presence: options.presence, listed: () => [...this.nodes] };
  }

  async start(): Promise<void> {
    this.stopWatching = this.options.registry.watch('connect', (nodes) => this.keepNodes(nodes));
    this.timer = setInterval(() => this.advance(), advanceIntervalMs);
    await this.options.queue.consume((batch) => this.handle(batch));
  }

  advance(): void {
    for (const outbox of this.outboxes.values()) outbox.advance();
  }

  numbers(): TaskNumbers {
    const outboxes = [...this.outboxes.values()];
    return {
      taken: this.taken,
      waiting: outboxes.reduce((sum, outbox) => sum + outbox.waitingCount, 0),
      lagging: outboxes.filter((outbox) => outbox.isLagging).length,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.stopWatching?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when every node took its part or is gone; what lags then is handed on. The queue forgets the batch when all is done. [D15] */
  private async handle(batch: readonly Delivery[]): Promise<HandedOn | void> {
    const routed = await this.route(batch);
    this.taken += batch.length;
    const [only] = routed;
    if (only !== undefined && routed.size === 1) return this.outboxOf(only[0]).add(only[1]);
    return together(
      await Promise.all(Array.from(routed, ([nodeId, deliveries]) => this.outboxOf(nodeId).add(deliveries))),
    );
  }

  /** When presence cannot say who listens, every node gets everything: too much is better than lost. [D15] */
  private async route(batch: readonly Delivery[]): Promise<Routed> {
    try {
      return await routeDeliveries(this.routing, batch);
    } catch (error) {
      this.options.log.warn(
        { error, deliveries: batch.length },
        'Presence does not answer; every node gets the deliveries',
      );
      return new Map(Array.from(this.nodes, (nodeId) => [nodeId, batch]));
    }
  }

  private outboxOf(nodeId: string): NodeOutbox {
    let outbox = this.outboxes.get(nodeId);
    if (outbox === undefined) {
      const { rpc, clock, log } = this.options;
      outbox = new NodeOutbox({ nodeId, rpc, clock, log, isListed: (id) => this.nodes.has(id) });
      this.outboxes.set(nodeId, outbox);
    }
    return outbox;
  }

  private keepNodes(nodes: readonly RegisteredNode[]): void {
    this.nodes = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const [nodeId, outbox] of this.outboxes)
      if (!this.nodes.has(nodeId) && outbox.waitingCount === 0) this.outboxes.delete(nodeId);
  }
}

function together(parts: readonly (HandedOn | void)[]): HandedOn | undefined {
  const handedOn = parts.flatMap((part) => part ?? []);
  if (handedOn.length === 0) return undefined;
  return {
    done: Promise.all(handedOn.map(({ done }) => done)).then(() => undefined),
    giveUp() {
      for (const part of handedOn) part.giveUp?.();
    },
  };
}
