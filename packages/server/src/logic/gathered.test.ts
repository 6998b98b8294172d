import { expect, test } from 'bun:test';
import type { Kysely } from 'kysely';
import { openTestLogic } from '../../test/test-logic.ts';
import type { Tables } from '../store/schema.ts';
import { gathered } from './gathered.ts';

test('what is asked within a tick is read at once, in bounded pieces, and each gets its own answer', async () => {
  await using logic = await openTestLogic();
  const sizes: number[] = [];
  const double = gathered<number, number>(async (_db, requests) => {
    sizes.push(requests.length);
    return requests.map((request) => request * 2);
  });
  const { db } = logic.ports.store;
  const asked = Array.from({ length: 300 }, (_, index) => index);
  expect(await Promise.all(asked.map((request) => double(db, request)))).toEqual(asked.map((request) => request * 2));
  expect(await double(db, 7)).toBe(14);
  expect(sizes).toEqual([256, 44, 1]);
});

test('D11 a read that fails fails for all that it was for, and the next one goes on', async () => {
  await using logic = await openTestLogic();
  let isDown = true;
  const load = gathered<number, number>(async (_db: Kysely<Tables>, requests) => {
    if (isDown) throw new Error('down');
    return requests;
  });
  const { db } = logic.ports.store;
  const results = await Promise.allSettled([load(db, 1), load(db, 2)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isDown = false;
  expect(await load(db, 3)).toBe(3);
});
