import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { freeTurn, Turns } from './turns.ts';

const connection = { nodeId: 'n', bootId: 'b', connectionId: 'c' };

test('[D3] a connection has its turns in the order they were taken, however they pass', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), async (order) => {
      const turns = new Turns();
      const taken = order.map(() => turns.take(connection));
      const began: number[] = [];
      const done = taken.map(async (turn, index) => {
        await turn.wait();
        began.push(index);
      });
      for (const index of order) taken[index]?.pass();
      await Promise.all(done);
      expect(began).toEqual(began.toSorted((a, b) => a - b));
      expect(turns.size).toBe(0);
    }),
  );
});

test('a turn waits for all before it, not only for the one just before', async () => {
  const turns = new Turns();
  const [first, second, third] = [turns.take(connection), turns.take(connection), turns.take(connection)];
  second.pass();
  let hasBegun = false;
  const waiting = Promise.resolve(third.wait()).then(() => (hasBegun = true));
  await Promise.resolve();
  expect(hasBegun).toBe(false);
  first.pass();
  await waiting;
  expect(hasBegun).toBe(true);
});

test('other connections and callers without one wait for nobody', () => {
  const turns = new Turns();
  turns.take(connection);
  expect(turns.take({ ...connection, connectionId: 'd' }).wait()).toBeUndefined();
  expect(turns.take({ ...connection, nodeId: 'm' }).wait()).toBeUndefined();
  expect(turns.take(undefined)).toBe(freeTurn);
});

test('passing twice is passing once', () => {
  const turns = new Turns();
  const [first, second] = [turns.take(connection), turns.take(connection)];
  first.pass();
  first.pass();
  expect(second.wait()).toBeUndefined();
  expect(turns.size).toBe(1);
});
