import { expect, test } from 'bun:test';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Session } from '../session.ts';

async function found([logic, session]: readonly [TestLogic, Session], query: string, limit = 100): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await logic.call('user.search', { query, limit, ...(cursor && { cursor }) }, session);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    names.push(...page.items.map((user) => user.name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return names;
}

async function people(logic: TestLogic) {
  const [anna] = [
    await logic.user('Anna'),
    await logic.user('andy'),
    await logic.user('Bob'),
    await logic.user('李雷'),
  ];
  const zed = await logic.user('zed');
  await logic.call('account.update', { displayName: 'Andromeda' }, zed);
  return anna;
}

test('the directory finds by the beginning of the user name, then of the display name, whatever the case', async () => {
  await using logic = await openTestLogic();
  const anna = await people(logic);
  expect(await found([logic, anna], 'AN')).toEqual(['andy', 'Anna', 'zed']);
  expect(await found([logic, anna], '李')).toEqual(['李雷']);
  expect(await found([logic, anna], 'and')).toEqual(['andy', 'zed']);
  expect(await found([logic, anna], '%')).toEqual([]);
});

test('pages of any size hold everyone once, in the same order', async () => {
  await using logic = await openTestLogic();
  const anna = await people(logic);
  for (const query of ['', 'an', 'a']) {
    const whole = await found([logic, anna], query);
    for (const limit of [1, 2, 3, 4]) expect(await found([logic, anna], query, limit)).toEqual(whole);
  }
});

test('the disabled are not found; looked up they are, since old messages name them', async () => {
  await using logic = await openTestLogic();
  const anna = await people(logic);
  const bob = (await logic.call('user.search', { query: 'bob' }, anna)).items[0];
  await logic.ports.store.write((tx) =>
    tx.updateTable('users').set({ status: 'disabled' }).where('name', '=', 'Bob').execute(),
  );
  expect(await found([logic, anna], 'bob')).toEqual([]);
  expect((await logic.call('user.lookup', { userIds: [bob?.id ?? 0, 999, bob?.id ?? 0] }, anna)).items).toEqual(
    bob ? [bob] : [],
  );
});

test.each(['x', 'W10', Buffer.from('[2,"a",1]').toString('base64url'), Buffer.from('{"a":1}').toString('base64url')])(
  'a cursor of %s is refused',
  async (cursor) => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    expect(await logic.refusal('user.search', { cursor }, ann)).toBe('invalid-params');
  },
);

test('a profile shows nothing private to others', async () => {
  await using logic = await openTestLogic();
  const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
  const { user } = await logic.call('user.get', { userId: ann.userId }, ben);
  expect(Object.keys(user).toSorted()).toEqual(['bio', 'displayName', 'id', 'kind', 'name']);
  expect(await logic.refusal('user.get', { userId: 999 }, ben)).toBe('not-found');
});
