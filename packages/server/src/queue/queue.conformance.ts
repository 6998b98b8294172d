import { afterEach, describe, expect, test } from 'bun:test';
import { topicOf } from '../delivery.ts';
import { consumersConformance } from './consumers.conformance.ts';
import { handedOnConformance } from './handed-on.conformance.ts';
import { queueLimits, type Queue } from './queue.ts';
import { head, typing, versionOf } from './sample-deliveries.ts';
import { Taken } from './taken.ts';

export interface QueueBounds {
  readonly entriesMax?: number;
  /** Of one partition. An engine that has room for less may leave it at that. */
  readonly handedOnMax?: number;
}

export interface QueueHarness {
  /** A fresh, empty queue; retries wait as little as it can. */
  open(options: QueueBounds): Promise<Queue>;
  /** Another process's view of the same entries, when the engine has one. */
  readonly openAnother?: (queue: Queue) => Promise<Queue>;
}

/** The rules of `queue.ts`. An adapter's test calls this once. */
export function queueConformance(name: string, harness: QueueHarness): void {
  const opened: Queue[] = [];
  const open = async (options: QueueBounds = {}): Promise<Queue> => {
    const queue = await harness.open(options);
    opened.push(queue);
    return queue;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  describe(`queue: ${name}`, () => {
    test('Q1 entries of one topic are taken in the order they were enqueued', async () => {
      const queue = await open();
      const taken = new Taken();
      const topics = [1, 2, 3, 4, 5];
      for (let version = 1; version <= 20; version++) await queue.enqueue(topics.map((id) => head(id, version)));
      await queue.consume(taken.handler);
      for (let version = 21; version <= 40; version++) await queue.enqueue(topics.map((id) => head(id, version)));
      await taken.count(200);
      for (const id of topics)
        expect(taken.versionsOf(id)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    });

    test('Q2 a rejected batch comes again, in order, and nothing is lost', async () => {
      const queue = await open();
      const taken = new Taken();
      let failures = 2;
      await queue.enqueue([head(1, 1), head(1, 2), head(1, 3)]);
      await queue.consume(async (batch) => {
        if (failures-- > 0) throw new Error('not now');
        await taken.handler(batch);
      });
      await taken.count(3);
      expect(taken.versionsOf(1)).toEqual([1, 2, 3]);
    });

    test('Q2 an entry counts as taken until its handler resolved', async () => {
      const queue = await open();
      const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await queue.consume(async () => {
        started.resolve();
        await finish.promise;
      });
      await queue.enqueue([head(1, 1)]);
      await started.promise;
      expect(await queue.depth()).toEqual({ waiting: 0, taken: 1, dead: 0 });
      finish.resolve();
      await eventually(async () => (await queue.depth()).taken === 0);
    });

    test(`Q3 an entry tried ${queueLimits.triesMax} times goes to the dead letters and the ones around it arrive`, async () => {
      const queue = await open();
      const taken = new Taken();
      let tries = 0;
      await queue.enqueue([head(1, 1), head(1, 2), head(1, 3)]);
      await queue.consume(async (batch) => {
        const isPoisoned = batch.some((delivery) => versionOf(delivery) === 2);
        if (isPoisoned) tries++;
        if (isPoisoned) throw new Error('poison');
        await taken.handler(batch);
      });
      await taken.count(2);
      expect(taken.versionsOf(1)).toEqual([1, 3]);
      expect(tries).toBe(queueLimits.triesMax);
      expect((await queue.depth()).dead).toBe(1);
    });

    test('Q3 D9 an ephemeral entry that cannot be delivered is tried once, and the ones around it arrive', async () => {
      const queue = await open();
      const taken = new Taken();
      const refused: number[] = [];
      await queue.consume(async (batch) => {
        const ephemeral = batch.filter((delivery) => versionOf(delivery) === undefined).length;
        if (ephemeral > 0) refused.push(ephemeral);
        if (ephemeral > 0) throw new Error('not now');
        await taken.handler(batch);
      });
      for (let version = 1; version <= 3; version++) await queue.enqueue([typing(1), head(1, version)]);
      await taken.count(3);
      await eventually(async () => (await queue.depth()).taken === 0);
      expect(taken.versionsOf(1)).toEqual([1, 2, 3]);
      expect(refused.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3);
      expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
    });

    test('Q4 one topic is with one handler call at a time', async () => {
      const queue = await open();
      const taken = new Taken();
      let running = 0;
      let most = 0;
      await queue.consume(async (batch) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        await taken.handler(batch);
      });
      for (let version = 1; version <= 10; version++) await queue.enqueue([head(1, version)]);
      await taken.count(10);
      expect(most).toBe(1);
    });

    test('Q4 a slow batch holds up its own partition only', async () => {
      const queue = await open();
      const taken = new Taken();
      const release = Promise.withResolvers<void>();
      await queue.consume(async (batch) => {
        if (batch.some((delivery) => delivery.topic === topicOf.conversation(1))) await release.promise;
        await taken.handler(batch);
      });
      await queue.enqueue([head(1, 1)]);
      await queue.enqueue(Array.from({ length: 64 }, (_, index) => head(index + 2, 1)));
      // At worst a few of the 64 share the partition of topic 1.
      await taken.count(32);
      expect(taken.versionsOf(1)).toEqual([]);
      release.resolve();
      await taken.count(65);
    });

    test('Q5 beyond the bound enqueue rejects with busy and takes nothing of the batch', async () => {
      const queue = await open({ entriesMax: 4 });
      await queue.enqueue([head(1, 1), head(1, 2), head(1, 3)]);
      expect(await codeOf(queue.enqueue([head(1, 4), head(1, 5)]))).toBe('busy');
      await queue.enqueue([head(1, 4)]);
      const taken = new Taken();
      await queue.consume(taken.handler);
      await taken.count(4);
      expect(taken.versionsOf(1)).toEqual([1, 2, 3, 4]);
    });

    test('Q5 ephemeral entries make room before anything is refused', async () => {
      const queue = await open({ entriesMax: 4 });
      await queue.enqueue([typing(1), head(1, 1), typing(1), head(1, 2)]);
      await queue.enqueue([head(1, 3)]);
      await queue.enqueue([typing(1), head(1, 4)]);
      await queue.enqueue([typing(1)]);
      expect(await codeOf(queue.enqueue([head(1, 5)]))).toBe('busy');
      const taken = new Taken();
      await queue.consume(taken.handler);
      await taken.count(4);
      expect(taken.deliveries.map(versionOf)).toEqual([1, 2, 3, 4]);
    });

    test('Q6 a batch holds everything that waits, up to the maximum', async () => {
      const queue = await open();
      const sizes: number[] = [];
      const taken = new Taken();
      const total = queueLimits.batchMax + 10;
      await queue.enqueue(Array.from({ length: total }, (_, index) => head(1, index + 1)));
      await queue.consume(async (batch) => {
        sizes.push(batch.length);
        await taken.handler(batch);
      });
      await taken.count(total);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(queueLimits.batchMax);
      expect(sizes.length).toBeLessThan(20);
    });

    test('Q7 close waits for the running handlers', async () => {
      const queue = await open();
      const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let isFinished = false;
      await queue.consume(async () => {
        started.resolve();
        await finish.promise;
        isFinished = true;
      });
      await queue.enqueue([head(1, 1)]);
      await started.promise;
      const closed = queue.close();
      finish.resolve();
      await closed;
      expect(isFinished).toBe(true);
    });

    test('Q7 calls after close reject with unavailable, and closing twice is fine', async () => {
      const queue = await open();
      await queue.close();
      await queue.close();
      expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable');
      expect(await codeOf(queue.consume(async () => undefined))).toBe('unavailable');
      expect(await codeOf(queue.depth())).toBe('unavailable');
    });

    handedOnConformance(open);

    const { openAnother } = harness;
    if (openAnother === undefined) return;
    consumersConformance(open, async (queue) => {
      const another = await openAnother(queue);
      opened.push(another);
      return another;
    });
  });
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  );
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}
