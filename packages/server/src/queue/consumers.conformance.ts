import { expect, test } from 'bun:test';
import type { Queue } from './queue.ts';
import { head } from './sample-deliveries.ts';
import { Taken } from './taken.ts';

/** The rules that need a second consumer; of engines that can have one. */
export function consumersConformance(open: () => Promise<Queue>, openAnother: (queue: Queue) => Promise<Queue>): void {
  const openTwo = async (): Promise<readonly [Queue, Queue]> => {
    const first = await open();
    return [first, await openAnother(first)];
  };

  test('Q1 Q4 two consumers share the topics, each of which is with one at a time and keeps its order', async () => {
    const [first, second] = await openTwo();
    const taken = new Taken();
    const running = new Set<string>();
    const counts = [0, 0];
    let overlaps = 0;
    const consume = (queue: Queue, index: 0 | 1): Promise<void> =>
      queue.consume(async (batch) => {
        const topics = new Set(batch.map(({ topic }) => topic));
        for (const topic of topics) if (running.has(topic)) overlaps++;
        for (const topic of topics) running.add(topic);
        await new Promise((resolve) => setImmediate(resolve));
        for (const topic of topics) running.delete(topic);
        counts[index] = (counts[index] ?? 0) + batch.length;
        await taken.handler(batch);
      });
    const topics = Array.from({ length: 64 }, (_, index) => index + 1);
    await consume(first, 0);
    for (let version = 1; version <= 10; version++) await first.enqueue(topics.map((id) => head(id, version)));
    await consume(second, 1);
    let version = 10;
    // Until the second one has its share.
    while (counts[1] === 0) await first.enqueue(topics.map((id) => head(id, version + 1))).then(() => version++);
    await taken.count(64 * version);
    expect(overlaps).toBe(0);
    for (const id of topics)
      expect(taken.versionsOf(id)).toEqual(Array.from({ length: version }, (_, index) => index + 1));
  });

  test('Q1 Q7 the order is kept when a consumer goes and another takes over', async () => {
    const [first, second] = await openTwo();
    const taken = new Taken();
    await first.consume(taken.handler);
    await second.consume(taken.handler);
    for (let version = 1; version <= 30; version++) {
      await second.enqueue([1, 2, 3, 4, 5, 6, 7, 8].map((id) => head(id, version)));
      if (version === 15) await first.close();
    }
    await taken.count(240);
    for (let id = 1; id <= 8; id++)
      expect(taken.versionsOf(id)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test('Q7 Q8 what was handed on and is not done at the end of a consumer, another one takes', async () => {
    const [first, second] = await openTwo();
    const [taken, takenAgain] = [new Taken(), new Taken()];
    await first.consume(async (batch) => {
      await taken.handler(batch);
      return { done: new Promise<void>(() => undefined) };
    });
    await first.enqueue([head(1, 1), head(1, 2)]);
    await taken.count(2);
    await first.close();
    await second.consume(takenAgain.handler);
    await takenAgain.count(2);
    expect(takenAgain.versionsOf(1)).toEqual([1, 2]);
  });

  test('Q7 what a closed consumer left another one takes, in order', async () => {
    const [first, second] = await openTwo();
    await first.enqueue([head(1, 1), head(1, 2)]);
    await first.consume(() => Promise.reject(new Error('not here')));
    await first.close();
    const taken = new Taken();
    await second.consume(taken.handler);
    await taken.count(2);
    expect(taken.versionsOf(1)).toEqual([1, 2]);
  });
}
