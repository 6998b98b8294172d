import { expect, test } from 'bun:test';
import { topicOf, type Delivery } from '../delivery.ts';
import { MemoryQueue } from './memory.ts';
import { queueConformance } from './queue.conformance.ts';

queueConformance('memory', { open: async (options) => new MemoryQueue({ ...options, retryDelayMs: 0 }) });

const typing: Delivery = {
  topic: topicOf.conversation(1),
  push: { push: 'typing', conversationId: 1, userId: 1, isTyping: true },
};

test('Q6 a lone entry is with the handler when enqueue’s promise has resolved', async () => {
  await using queue = new MemoryQueue();
  let taken = 0;
  await queue.consume(async (batch) => void (taken += batch.length));
  await queue.enqueue([typing]);
  await Promise.resolve();
  expect(taken).toBe(1);
});

test('Q3 the last error of a dead letter is told', async () => {
  const told = Promise.withResolvers<unknown>();
  await using queue = new MemoryQueue({ retryDelayMs: 0, onDead: (_delivery, error) => told.resolve(error) });
  await queue.consume(() => Promise.reject(new Error('poison')));
  await queue.enqueue([typing]);
  expect(await told.promise).toHaveProperty('message', 'poison');
});
