import { expect, test } from 'bun:test';
import type { Delivery } from '../delivery.ts';
import { EnqueueLine } from './enqueue-line.ts';

const typing = (userId: number): Delivery => ({
  topic: 'c:1',
  push: { push: 'typing', conversationId: 1, userId, isTyping: true },
});

test('D3 what is pushed while a call is out leaves in order with the next call', async () => {
  const calls: Delivery[][] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const line = new EnqueueLine(async (deliveries) => {
    const gate = gates[calls.length];
    calls.push([...deliveries]);
    await gate?.promise;
  });
  const first = line.push([typing(1)]);
  await Promise.resolve();
  const rest = [line.push([typing(2), typing(3)]), line.push([typing(4)])];
  gates[0]!.resolve();
  await first;
  gates[1]!.resolve();
  await Promise.all(rest);
  expect(calls).toEqual([[typing(1)], [typing(2), typing(3), typing(4)]]);
});

test('D11 a failed call rejects what it carried, and the next one goes on', async () => {
  let isDown = true;
  const line = new EnqueueLine(async () => {
    if (isDown) throw new Error('down');
  });
  await expect(line.push([typing(1)])).rejects.toThrow('down');
  await line.idle();
  isDown = false;
  await line.push([typing(2)]);
});
