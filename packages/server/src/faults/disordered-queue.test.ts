import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { topicOf, type Delivery } from '../delivery.ts';
import { MemoryQueue } from '../queue/memory.ts';
import { queueConformance } from '../queue/queue.conformance.ts';
import { DisorderedQueue } from './disordered-queue.ts';

queueConformance('in order, behind the decorator that can disorder it', {
  open: async (options) => new DisorderedQueue(new MemoryQueue({ ...options, retryDelayMs: 0 })),
});

const cursor = (readSeq: number): Delivery => ({
  topic: topicOf.conversation(1),
  push: { push: 'cursor.moved', conversationId: 1, userId: 1, deliveredSeq: readSeq, readSeq },
});

/** What the handler is given of `count` entries, until each was there at least once. */
async function given(queue: DisorderedQueue, count: number): Promise<number[]> {
  const seen: number[] = [];
  const isWhole = Promise.withResolvers<void>();
  await queue.consume(async (batch) => {
    for (const { push } of batch) if (push.push === 'cursor.moved') seen.push(push.readSeq);
    if (new Set(seen).size === count) isWhole.resolve();
  });
  for (let seq = 1; seq <= count; seq++) await queue.enqueue([cursor(seq)]);
  await isWhole.promise;
  return seen;
}

test('F7 whatever the dice say, every entry comes once or more and none comes that was not enqueued', async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), async (dice) => {
      const random = (): number => dice.next().value as number;
      await using queue = new DisorderedQueue(new MemoryQueue(), { random, lateMs: 1 });
      queue.isDisordered = true;
      const seen = await given(queue, 10);
      expect([...new Set(seen)].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }),
    { numRuns: 50 },
  );
});

test('F7 entries of one conversation overtake each other and come twice', async () => {
  await using queue = new DisorderedQueue(new MemoryQueue(), { lateMs: 1 });
  queue.isDisordered = true;
  const seen = await given(queue, 200);
  expect(seen.length).toBeGreaterThan(200);
  expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
});
