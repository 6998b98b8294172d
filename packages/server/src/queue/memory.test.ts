import { expect, test } from 'bun:test';
import { MemoryQueue } from './memory.ts';
import { queueConformance } from './queue.conformance.ts';
import { head, typing } from './sample-deliveries.ts';

queueConformance('memory', { open: async (options) => new MemoryQueue({ ...options, retryDelayMs: 0 }) });

test('Q6 a lone entry is with the handler when enqueue’s promise has resolved', async () => {
  await using queue = new MemoryQueue();
  let taken = 0;
  await queue.consume(async (batch) => void (taken += batch.length));
  await queue.enqueue([typing(1)]);
  await Promise.resolve();
  expect(taken).toBe(1);
});

test('Q3 the last error of a dead letter is told', async () => {
  const told = Promise.withResolvers<unknown>();
  await using queue = new MemoryQueue({ retryDelayMs: 0, onDead: (_delivery, error) => told.resolve(error) });
  await queue.consume(() => Promise.reject(new Error('poison')));
  await queue.enqueue([head(1, 1)]);
  expect(await told.promise).toHaveProperty('message', 'poison');
});
