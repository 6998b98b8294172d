import { expect, test } from 'bun:test';
import { openTestLogic, testNode } from '../../test/test-logic.ts';
import { topicOf } from '../delivery.ts';
import { createUser, makeAdministrator, resetPassword } from './accounts.ts';
import { closeEndedOutside } from './ended-outside.ts';
import { PasswordPool } from './password-pool.ts';
import { Sessions } from './sessions.ts';
import { hashOf } from './tokens.ts';

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

test('user names are unique whatever the case and width, also for registrations at once', async () => {
  await using logic = await openTestLogic();
  const password = 'a fine long one';
  const both = ['Ann', 'ＡＮＮ'].map((userName) => logic.outcome('account.register', { userName, password }, {}));
  const codes = (await Promise.all(both)).map((outcome) => outcome.error?.code ?? 'taken in');
  expect(codes.toSorted()).toEqual(['name-taken', 'taken in']);
  expect(await logic.refusal('account.register', { userName: 'aNN', password })).toBe('name-taken');
});

test('a common password is refused at every door', async () => {
  await using logic = await openTestLogic();
  const guest = await logic.user('guest-1', 'guest');
  const ann = { userName: 'ann', password: 'password1' };
  expect(await logic.refusal('account.register', ann)).toBe('password-too-common');
  expect(await logic.refusal('account.claim', ann, guest)).toBe('password-too-common');
  const passwords = new PasswordPool();
  expect(createUser({ ...logic.ports, passwords }, ann)).rejects.toThrow('most used');
});

test('guests get a friendly name and may claim an account that keeps everything', async () => {
  await using logic = await openTestLogic();
  const { account, token } = await logic.call('account.guest', { platform: 'web' });
  expect(account.name).toMatch(/^guest-[0-9a-z]{8}$/);
  expect(account.displayName).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  const claim = { userName: 'gus', password: 'a fine long one' };
  const { result } = await logic.outcome('account.claim', claim, { token });
  expect(result).toMatchObject({
    account: { id: account.id, name: 'gus', displayName: account.displayName, kind: 'person' },
  });
  expect((await logic.outcome('account.claim', claim, { token })).error?.code).toBe('forbidden');
  expect(await logic.call('session.create', claim)).toMatchObject({ account: { id: account.id } });
});

test('an installation may take no guests and no registrations', async () => {
  await using logic = await openTestLogic({ hasGuests: false, hasRegistration: false });
  const guest = await logic.user('guest-1', 'guest');
  const ann = { userName: 'ann', password: 'a fine long one' };
  expect(await logic.refusal('account.guest', {})).toBe('guests-disabled');
  expect(await logic.refusal('account.register', ann)).toBe('registration-disabled');
  expect(await logic.refusal('account.claim', ann, guest)).toBe('registration-disabled');
  expect(await logic.call('server.info', {})).toMatchObject({ guests: false, registration: false, lobbyId: 1 });
});

test('a profile change reaches the user’s other devices and their cached sessions', async () => {
  await using logic = await openTestLogic();
  const { session, token } = await logic.signedIn('ann');
  await logic.outcome('session.get', {}, { token });
  const { account } = await logic.call('account.update', { displayName: 'Anna', bio: ' hello ' }, session);
  expect(account).toMatchObject({ displayName: 'Anna', bio: 'hello' });
  expect(await logic.pushesTo(topicOf.user(session.userId))).toMatchObject([
    { push: 'user.changed', user: { id: session.userId, displayName: 'Anna', bio: 'hello' } },
  ]);
  expect(await logic.ports.presence.findSession(hashOf(token))).toBeUndefined();
});

test('a changed password ends every other device, and only the new one signs in', async () => {
  await using logic = await openTestLogic();
  const [currentPassword, newPassword] = ['a fine long one', 'an even longer one'];
  const { account, token } = await logic.call('account.register', { userName: 'ann', password: currentPassword });
  const other = await logic.device(account.id);
  const wrong = { currentPassword: 'not it', newPassword };
  expect((await logic.outcome('account.changePassword', wrong, { token })).error?.code).toBe('wrong-credentials');
  expect(
    (await logic.outcome('account.changePassword', { currentPassword, newPassword }, { token })).error,
  ).toBeUndefined();
  expect((await logic.outcome('session.get', {}, { token })).error).toBeUndefined();
  expect((await logic.outcome('session.get', {}, { token: other.token })).error?.code).toBe('unauthenticated');
  expect(await logic.refusal('session.create', { userName: 'ann', password: currentPassword })).toBe(
    'wrong-credentials',
  );
  await logic.call('session.create', { userName: 'ANN', password: newPassword });
});

test('an imported SHA-1 password signs in once, and is argon2id from then on', async () => {
  await using logic = await openTestLogic();
  const { userId } = await logic.user('ann');
  const imported = `sha1$${new Bun.CryptoHasher('sha1').update('123456').digest('hex')}`;
  const { store } = logic.ports;
  await store.write((tx) =>
    tx.updateTable('users').set({ password_hash: imported }).where('id', '=', userId).execute(),
  );
  await logic.call('session.create', { userName: 'ann', password: '123456' });
  const row = await store.db.selectFrom('users').select('password_hash').where('id', '=', userId).executeTakeFirst();
  expect(row?.password_hash).toStartWith('$argon2id$');
  await logic.call('session.create', { userName: 'ann', password: '123456' });
});

test('two first sign-ins of an imported account at once both succeed', async () => {
  await using logic = await openTestLogic();
  const { userId } = await logic.user('ann');
  const imported = `sha1$${new Bun.CryptoHasher('sha1').update('123456').digest('hex')}`;
  await logic.ports.store.write((tx) =>
    tx.updateTable('users').set({ password_hash: imported }).where('id', '=', userId).execute(),
  );
  const signIn = () => logic.call('session.create', { userName: 'ann', password: '123456' });
  const [first, second] = await Promise.all([signIn(), signIn()]);
  expect(first.token).not.toBe(second.token);
});

test('a sign-in that was checked by the old password opens nothing once there is a new one', async () => {
  await using logic = await openTestLogic();
  const { store } = logic.ports;
  const ann = { userName: 'ann', password: 'a fine long one' };
  const { token } = await logic.call('account.register', ann);
  const checked = await store.db.selectFrom('users').selectAll().where('name', '=', 'ann').executeTakeFirstOrThrow();
  const passwords = { currentPassword: ann.password, newPassword: 'another fine long one' };
  expect((await logic.outcome('account.changePassword', passwords, { token })).error).toBeUndefined();
  const opening = new Sessions(logic.ports).open(checked, { platform: 'other' });
  expect(await opening.catch((error: { code?: string }) => error.code)).toBe('wrong-credentials');
  expect(await store.db.selectFrom('devices').select('id').execute()).toHaveLength(1);
});

test('the disabled learn it only with the right password', async () => {
  await using logic = await openTestLogic();
  const ann = { userName: 'ann', password: 'a fine long one' };
  await logic.call('account.register', ann);
  await logic.ports.store.write((tx) =>
    tx.updateTable('users').set({ status: 'disabled' }).where('name', '=', 'ann').execute(),
  );
  expect(await logic.refusal('session.create', { ...ann, password: 'guess' })).toBe('wrong-credentials');
  expect(await logic.refusal('session.create', ann)).toBe('account-disabled');
});

test('from the command line: an administrator, and a new password that ends every session and socket', async () => {
  await using logic = await openTestLogic();
  const parts = { ...logic.ports, passwords: new PasswordPool() };
  const ann = { userName: 'ann', password: 'a fine long one' };
  const user = await createUser(parts, ann);
  const { session, token } = await logic.device(user.id);
  await logic.ports.presence.addRoute({ ...testNode, ...session, connectionId: 'far away' });
  await makeAdministrator(parts, 'Ann');
  await resetPassword(parts, { ...ann, password: 'another fine one' });
  expect((await logic.outcome('session.get', {}, { token })).error?.code).toBe('unauthenticated');
  const sessions = new Sessions(logic.ports);
  await closeEndedOutside({ ...logic.ports, endDevices: (...ended) => sessions.end(...ended) });
  expect(logic.seen.ended).toEqual([{ deviceIds: [session.deviceId], reason: 'session-ended' }]);
  expect(
    await logic.ports.store.db.selectFrom('settings').selectAll().where('name', 'like', 'ended%').execute(),
  ).toEqual([]);
  const { account } = await logic.call('session.create', { userName: 'ann', password: 'another fine one' });
  expect(account.isAdmin).toBe(true);
  expect(makeAdministrator(parts, 'nobody')).rejects.toThrow('no user');
});

test('blocks are one’s own list, and adding twice is adding once', async () => {
  await using logic = await openTestLogic();
  const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
  await logic.call('block.add', { userId: ben.userId }, ann);
  await logic.call('block.add', { userId: ben.userId }, ann);
  expect((await logic.call('block.list', {}, ann)).items.map((user) => user.name)).toEqual(['ben']);
  expect((await logic.call('block.list', {}, ben)).items).toEqual([]);
  expect(await logic.refusal('block.add', { userId: ann.userId }, ann)).toBe('invalid-params');
  expect(await logic.refusal('block.add', { userId: 999 }, ann)).toBe('not-found');
  await logic.call('block.remove', { userId: ben.userId }, ann);
  expect((await logic.call('block.list', {}, ann)).items).toEqual([]);
});
