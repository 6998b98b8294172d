import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import type { Delivery, Topic } from '../../src/delivery.ts';
import { MemoryPresence } from '../../src/presence/memory.ts';
import { MemoryQueue } from '../../src/queue/memory.ts';
import type { HandedOn, Queue } from '../../src/queue/queue.ts';
import type { RegisteredNode, Registry } from '../../src/registry/registry.ts';
import type { ConnectService, Rpc } from '../../src/rpc/rpc.ts';
import { createTask } from '../../src/task/task.ts';
import { ManualClock } from '../manual-clock.ts';
import { delivery, quiet } from '../connect/test-node.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Connect nodes that keep what they are given. */
class Cluster implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly presence = new MemoryPresence(this.clock);
  readonly queue = new MemoryQueue({ retryDelayMs: 1, onDead: (dead) => this.dead.push(dead) });
  readonly dead: Delivery[] = [];
  readonly given = new Map<string, Delivery[]>();
  readonly calls: string[] = [];
  /** What a node does instead of taking a batch. */
  readonly moods = new Map<string, (batch: readonly Delivery[]) => Promise<void>>();
  /** Told of what the task hands on. */
  onHandedOn: (handedOn: HandedOn) => void = () => undefined;
  private tell: (nodes: readonly RegisteredNode[]) => void = () => undefined;
  readonly task = createTask({
    queue: this.watched(),
    presence: this.presence,
    registry: {
      watch: (_role: string, onChange: typeof this.tell) => ((this.tell = onChange), () => undefined),
    } as unknown as Registry,
    rpc: {
      call: (_role: string, nodeId: string) =>
        ({ deliver: (batch: readonly Delivery[]) => this.take(nodeId, batch) }) as unknown as ConnectService,
    } as unknown as Rpc,
    clock: this.clock,
    log: quiet,
  });

  static async start(listening: Readonly<Record<string, readonly Topic[]>>): Promise<Cluster> {
    const cluster = new Cluster();
    for (const [nodeId, topics] of Object.entries(listening))
      for (let beats = 0; beats < 2; beats++) {
        await cluster.presence.setInterest(
          { nodeId, bootId: 'b' },
          topics.map((topic) => ({ topic, isListening: true })),
        );
        await cluster.presence.beat({ nodeId, bootId: 'b' });
      }
    await cluster.task.start();
    cluster.live(...Object.keys(listening));
    return cluster;
  }

  live(...nodeIds: string[]): void {
    this.tell(nodeIds.map((nodeId) => ({ nodeId, bootId: 'b', role: 'connect', address: '', isDraining: false })));
  }

  versions(nodeId: string): unknown[] {
    return (this.given.get(nodeId) ?? []).map(({ push }) =>
      push.push === 'message.changed' ? push.message.version : push.push,
    );
  }

  /** Lets the queue run until nothing waits in it and the task has nothing but what waits for nodes. */
  async idle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3;) {
      await nextTurn();
      const { waiting, taken } = await this.queue.depth();
      quietTurns = waiting === 0 && taken <= this.task.numbers().waiting ? quietTurns + 1 : 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.close();
    await this.task.close();
  }

  /** The queue, and what its handler hands on. */
  private watched(): Queue {
    const { queue } = this;
    const consume: Queue['consume'] = (handler) =>
      queue.consume(async (batch) => {
        const handedOn = await handler(batch);
        if (handedOn !== undefined) this.onHandedOn(handedOn);
        return handedOn;
      });
    return { consume } as unknown as Queue;
  }

  private async take(nodeId: string, batch: readonly Delivery[]): Promise<void> {
    this.calls.push(nodeId);
    await this.moods.get(nodeId)?.(batch);
    this.given.set(nodeId, [...(this.given.get(nodeId) ?? []), ...batch]);
  }
}

const run = (conversationId: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => delivery(conversationId, from + index));

test('a node gets what it listens to, in order, a batch in one call', async () => {
  await using cluster = await Cluster.start({ a: ['c:1', 'c:2'], b: ['c:2'] });
  await cluster.queue.enqueue(run(1, 1, 50));
  await cluster.idle();
  expect(cluster.versions('a')).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(cluster.calls).toEqual(['a']);
  await cluster.queue.enqueue(run(2, 1, 3));
  await cluster.idle();
  expect(cluster.versions('b')).toEqual([1, 2, 3]);
});

test('changes also go to nodes that listen to heads only, ephemeral pushes do not, and nobody gets anything twice', async () => {
  await using cluster = await Cluster.start({ a: ['c:1', 'h:1'], b: ['h:1'], c: ['c:9'] });
  await cluster.queue.enqueue([
    delivery(1, 1),
    { topic: 'c:1', push: { push: 'typing', conversationId: 1, userId: 2, isTyping: true } },
  ]);
  await cluster.idle();
  expect([cluster.versions('a'), cluster.versions('b'), cluster.versions('c')]).toEqual([[1, 'typing'], [1], []]);
});

test('D8 joins and parts reach the nodes of those users', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'], b: ['u:5'], c: ['u:6'] });
  await cluster.presence.addRoute({ nodeId: 'b', bootId: 'b', userId: 5, deviceId: 5, connectionId: '1' });
  await cluster.presence.addRoute({ nodeId: 'c', bootId: 'b', userId: 6, deviceId: 6, connectionId: '1' });
  await cluster.queue.enqueue([delivery(1, 1, { joins: [5] }), delivery(1, 2, { parts: [6] }), delivery(1, 3)]);
  await cluster.idle();
  expect([cluster.versions('a'), cluster.versions('b'), cluster.versions('c')]).toEqual([[1, 2, 3], [1], [2]]);
});

test('a hung node delays only itself, and gets everything in order when it is back', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'], b: ['c:1'] });
  const wake = Promise.withResolvers<void>();
  cluster.moods.set('b', () => wake.promise);
  await cluster.queue.enqueue(run(1, 1, 2));
  await nextTurn();
  expect((await cluster.queue.depth()).taken).toBe(2);
  cluster.clock.advance(1_000);
  cluster.task.advance();
  await cluster.idle();
  for (let version = 3; version <= 40; version++) {
    await cluster.queue.enqueue(run(1, version, version));
    await cluster.idle();
  }
  expect(cluster.versions('a')).toHaveLength(40);
  expect(cluster.versions('b')).toEqual([]);
  expect(cluster.task.numbers()).toMatchObject({ lagging: 1, waiting: 40 });
  expect(await cluster.queue.depth()).toEqual({ waiting: 0, taken: 40, dead: 0 });
  wake.resolve();
  await nextTurn();
  expect(cluster.versions('b')).toEqual(cluster.versions('a'));
  expect(cluster.task.numbers()).toMatchObject({ lagging: 0, waiting: 0 });
  expect(await cluster.queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
});

test('D15 Q8 what a lagging node refuses in the end comes again, and the poison in it goes to the dead letters', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'], b: ['c:1'] });
  const wake = Promise.withResolvers<void>();
  cluster.moods.set('b', async (batch) => {
    await wake.promise;
    if (batch.some(({ push }) => push.push === 'message.changed' && push.message.version === 2))
      throw new ParleyError('internal');
  });
  await cluster.queue.enqueue(run(1, 1, 3));
  await nextTurn();
  cluster.clock.advance(1_000);
  cluster.task.advance();
  await cluster.idle();
  expect(cluster.versions('a')).toEqual([1, 2, 3]);
  wake.resolve();
  await nextTurn();
  await cluster.idle();
  expect(cluster.versions('b')).toEqual([1, 3]);
  expect(cluster.dead).toMatchObject([{ push: { message: { version: 2 } } }]);
  expect(await cluster.queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 1 });
});

test('Q2 an entry stays with the queue until the node took it', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'] });
  const wake = Promise.withResolvers<void>();
  cluster.moods.set('a', () => wake.promise);
  await cluster.queue.enqueue([delivery(1, 1)]);
  await nextTurn();
  expect(await cluster.queue.depth()).toMatchObject({ taken: 1 });
  wake.resolve();
  await cluster.idle();
  expect(await cluster.queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
});

test('Q8 D7 what is given up waits for no node, which gets it nevertheless, and the rest is waited for', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'], b: ['c:1', 'c:2'] });
  const wake = Promise.withResolvers<void>();
  cluster.moods.set('b', () => wake.promise);
  const handedOn: HandedOn[] = [];
  cluster.onHandedOn = (each) => void handedOn.push(each);
  await cluster.queue.enqueue(run(1, 1, 1));
  await nextTurn();
  cluster.clock.advance(1_000);
  cluster.task.advance();
  for (const version of [2, 3]) {
    await cluster.queue.enqueue(run(1, version, version));
    await cluster.idle();
  }
  const given = handedOn.splice(0);
  await cluster.queue.enqueue(run(2, 1, 1));
  await cluster.idle();
  for (const { giveUp } of given) giveUp?.();
  await Promise.all(given.map(({ done }) => done));
  await cluster.idle();
  expect(await cluster.queue.depth()).toEqual({ waiting: 0, taken: 1, dead: 0 });
  await cluster.queue.enqueue(run(1, 4, 4));
  await cluster.idle();
  wake.resolve();
  await cluster.idle();
  expect(cluster.versions('a')).toEqual([1, 2, 3, 4]);
  expect(cluster.versions('b')).toEqual([1, 2, 3, 1, 4]);
  expect(await cluster.queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
  expect(cluster.task.numbers()).toMatchObject({ lagging: 0, waiting: 0 });
});

test('D15 a node that cannot be reached is tried again in order while it is listed, and given up when it is gone', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'] });
  let isDown = true;
  cluster.moods.set('a', async () => {
    if (isDown) throw new ParleyError('unavailable');
  });
  await cluster.queue.enqueue(run(1, 1, 3));
  await cluster.idle();
  await cluster.queue.enqueue(run(1, 4, 5));
  await cluster.idle();
  expect(cluster.versions('a')).toEqual([]);
  isDown = false;
  cluster.clock.advance(100);
  cluster.task.advance();
  await nextTurn();
  expect(cluster.versions('a')).toEqual([1, 2, 3, 4, 5]);
  isDown = true;
  cluster.live();
  await cluster.queue.enqueue(run(1, 6, 6));
  await cluster.idle();
  expect(cluster.task.numbers().waiting).toBe(0);
  isDown = false;
  await cluster.queue.enqueue(run(1, 7, 7));
  await cluster.idle();
  expect(cluster.versions('a')).toEqual([1, 2, 3, 4, 5, 7]);
});

test('Q3 a delivery no node can take goes to the dead letters and the ones behind it go on', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'] });
  cluster.moods.set('a', async (batch) => {
    if (batch.some(({ push }) => push.push === 'message.changed' && push.message.version === 2))
      throw new ParleyError('internal');
  });
  await cluster.queue.enqueue(run(1, 1, 4));
  await cluster.idle();
  expect(cluster.versions('a')).toEqual([1, 3, 4]);
  expect(cluster.dead).toMatchObject([{ push: { message: { version: 2 } } }]);
});

test('D15 when presence cannot say who listens every live node gets the deliveries', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'], b: ['c:2'] });
  await cluster.presence.close();
  await cluster.queue.enqueue(run(1, 1, 2));
  await cluster.idle();
  expect([cluster.versions('a'), cluster.versions('b')]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test('a node for which too much waits loses its share, not the process', async () => {
  await using cluster = await Cluster.start({ a: ['c:1'] });
  const wake = Promise.withResolvers<void>();
  cluster.moods.set('a', () => wake.promise);
  await cluster.queue.enqueue([delivery(1, 1)]);
  await nextTurn();
  cluster.clock.advance(1_000);
  cluster.task.advance();
  for (let round = 0; round < 30; round++) {
    await cluster.queue.enqueue(run(1, 2 + round * 2_000, 1 + (round + 1) * 2_000));
    await cluster.idle();
  }
  expect(cluster.task.numbers().waiting).toBeLessThanOrEqual(50_000);
  wake.resolve();
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  expect(cluster.versions('a').at(-1)).toBe(60_001);
  expect(cluster.task.numbers()).toMatchObject({ waiting: 0, lagging: 0 });
});
