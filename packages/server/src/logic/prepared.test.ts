import { expect, test } from 'bun:test';
import { openTestLogic } from '../../test/test-logic.ts';
import { prepared } from './prepared.ts';

test('a prepared query is built once per size of its lists and answers each run with its own values', async () => {
  await using logic = await openTestLogic();
  const users = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat')].map((user) => user.userId);
  let built = 0;
  const namesOf = prepared<{ ids: readonly number[]; kind: string }, { id: number; name: string }>((db, slot) => {
    built++;
    return db
      .selectFrom('users')
      .select(['id', 'name'])
      .where('id', 'in', slot.ids)
      .where('kind', '=', slot.kind as 'person')
      .orderBy('id');
  });
  const { db } = logic.ports.store;
  const names = async (ids: readonly number[], kind = 'person') =>
    (await namesOf(db, { ids, kind })).map((row) => row.name);
  expect(await names(users)).toEqual(['ann', 'ben', 'cat']);
  expect(await names([...users, 999])).toEqual(['ann', 'ben', 'cat']);
  expect(built).toBe(1);
  expect(await names(users.slice(1, 2))).toEqual(['ben']);
  expect(await names(users.slice(2))).toEqual(['cat']);
  expect(await names(users, 'bot')).toEqual([]);
  expect(built).toBe(2);
  expect(await names([])).toEqual([]);
  const { store } = logic.ports;
  for (let run = 0; run < 3; run++) {
    expect(await store.write((tx) => namesOf(tx, { ids: users, kind: 'person' }))).toHaveLength(3);
  }
  // Once more for all transactions: they have a dialect of their own.
  expect(built).toBe(3);
});
