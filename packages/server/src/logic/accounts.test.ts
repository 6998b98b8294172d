import { expect, test } from 'bun:test';
import { openTestLogic } from '../../test/test-logic.ts';

test('a registered account signs in, knows itself and is a member of the lobby', async () => {
  await using logic = await openTestLogic();
  const { account, token } = await logic.call('account.register', {
    userName: 'Ann',
    password: 'a fine long one',
    platform: 'web',
  });
  expect(account).toMatchObject({ name: 'Ann', displayName: 'Ann', kind: 'person', isAdmin: false });
  const me = await logic.outcome('session.get', {}, { token });
  expect(me.result).toMatchObject({ account: { id: account.id }, device: { platform: 'web', isCurrent: true } });
  const member = logic.ports.store.db.selectFrom('members').selectAll().where('user_id', '=', account.id);
  expect(await member.execute()).toMatchObject([{ conversation_id: 1, status: 'active', role: 'member' }]);
});
