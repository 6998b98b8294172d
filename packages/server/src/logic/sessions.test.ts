import { expect, test } from 'bun:test';
import { limits } from '@parley/protocol';
import { openTestLogic, testNode, type TestLogic } from '../../test/test-logic.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { MemoryPresence } from '../presence/memory.ts';
import type { Session } from '../session.ts';
import { hashOf } from './tokens.ts';

const day = 86_400_000;

const devicesOf = (logic: TestLogic, { userId }: Session) =>
  logic.ports.store.db.selectFrom('devices').selectAll().where('user_id', '=', userId).orderBy('id').execute();

const connect = ({ ports }: TestLogic, { userId, deviceId }: Session, connectionId: string) =>
  ports.presence.addRoute({ ...testNode, userId, deviceId, connectionId });

test('a token is 256 random bits of which only the hash is stored', async () => {
  await using logic = await openTestLogic();
  const { session, token } = await logic.signedIn('ann');
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(token).toMatch(/^[\w-]{43}$/);
  const rows = await devicesOf(logic, session);
  expect(rows.map((row) => row.token_hash)).toEqual([hashOf(token)]);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test('after sign-out the token is worth nothing, cached or not', async () => {
  await using logic = await openTestLogic();
  const { session, token } = await logic.signedIn('ann');
  expect((await logic.outcome('session.get', {}, { token })).error).toBeUndefined();
  await logic.outcome('session.delete', {}, { token });
  expect((await logic.outcome('session.get', {}, { token })).error?.code).toBe('unauthenticated');
  expect(await devicesOf(logic, session)).toEqual([]);
});

test('[D16] sign-out over the only socket closes it after the reply; with others open, closes all', async () => {
  await using logic = await openTestLogic();
  const [alone, several] = [await logic.user('ann'), await logic.user('ben')];
  await connect(logic, alone, `c${alone.deviceId}`);
  expect(await logic.outcome('session.delete', {}, logic.socketOf(alone))).toMatchObject({
    effects: { close: 'signed-out' },
  });
  expect(logic.seen.ended).toEqual([]);
  await connect(logic, several, `c${several.deviceId}`);
  await connect(logic, several, 'another tab');
  await logic.call('session.delete', {}, several);
  expect(logic.seen.ended).toEqual([{ deviceIds: [several.deviceId], reason: 'signed-out' }]);
});

test('[D16] a socket that signs in while its device signs out on another one is closed, too', async () => {
  const presence = new MemoryPresence(new ManualClock());
  await using logic = await openTestLogic({ ports: { presence } });
  const ann = await logic.user('ann');
  await connect(logic, ann, `c${ann.deviceId}`);
  const forget = presence.forgetSessions.bind(presence);
  presence.forgetSessions = async (deviceIds) => {
    await connect(logic, ann, 'late');
    await forget(deviceIds);
  };
  await logic.call('session.delete', {}, ann);
  expect(logic.seen.ended).toEqual([{ deviceIds: [ann.deviceId], reason: 'signed-out' }]);
});

test('[D16] ending another device closes its sockets and refuses its token', async () => {
  await using logic = await openTestLogic();
  const ann = await logic.user('ann');
  const other = await logic.device(ann.userId);
  await connect(logic, other.session, 'far away');
  await logic.outcome('session.get', {}, { token: other.token });
  await logic.call('device.end', { deviceId: other.device.id }, ann);
  expect(logic.seen.ended).toEqual([{ deviceIds: [other.device.id], reason: 'session-ended' }]);
  expect((await logic.outcome('session.get', {}, { token: other.token })).error?.code).toBe('unauthenticated');
  expect((await logic.call('device.list', {}, ann)).items.map((device) => device.id)).toEqual([ann.deviceId]);
});

test('nobody ends a device of somebody else', async () => {
  await using logic = await openTestLogic();
  const [ann, eve] = [await logic.user('ann'), await logic.user('eve')];
  expect(await logic.refusal('device.end', { deviceId: ann.deviceId }, eve)).toBe('not-found');
  expect(await devicesOf(logic, ann)).toHaveLength(1);
});

test('[D16] single: a new device replaces the others', async () => {
  await using logic = await openTestLogic({ devices: 'single' });
  const ann = await logic.user('ann');
  await connect(logic, ann, 'old');
  const { device } = await logic.device(ann.userId);
  expect(logic.seen.ended).toEqual([{ deviceIds: [ann.deviceId], reason: 'replaced' }]);
  expect((await devicesOf(logic, ann)).map((row) => row.id)).toEqual([device.id]);
});

test('[D16] one-per-platform: a new device replaces those of its platform', async () => {
  await using logic = await openTestLogic({ devices: 'one-per-platform' });
  const register = { userName: 'ann', password: 'a fine long one' };
  const { account } = await logic.call('account.register', { ...register, platform: 'web' });
  const phone = await logic.call('session.create', { ...register, platform: 'ios' });
  const web = await logic.call('session.create', { ...register, platform: 'web' });
  const rows = await logic.ports.store.db
    .selectFrom('devices')
    .select('id')
    .where('user_id', '=', account.id)
    .execute();
  expect(rows.map((row) => row.id)).toEqual([phone.device.id, web.device.id]);
});

test('beyond the maximum the longest unused device makes room', async () => {
  await using logic = await openTestLogic();
  const ann = await logic.user('ann');
  for (let more = 1; more <= limits.devicesPerUserMax; more++) {
    logic.clock.advance(1_000);
    await logic.device(ann.userId);
  }
  const rows = await devicesOf(logic, ann);
  expect(rows).toHaveLength(limits.devicesPerUserMax);
  expect(rows.map((row) => row.id)).not.toContain(ann.deviceId);
});

test('a session ends after its time without use, and using it moves the end on', async () => {
  await using logic = await openTestLogic({ sessionTtlMs: 10 * day });
  const [used, unused] = [await logic.signedIn('ann'), await logic.signedIn('ben')];
  logic.clock.advance(9 * day);
  expect((await logic.outcome('session.get', {}, { token: used.token })).error).toBeUndefined();
  await logic.logic.close();
  logic.clock.advance(2 * day);
  expect((await logic.outcome('session.get', {}, { token: used.token })).error).toBeUndefined();
  expect((await logic.outcome('session.get', {}, { token: unused.token })).error?.code).toBe('unauthenticated');
});

test('a disabled account is refused with its own code', async () => {
  await using logic = await openTestLogic();
  const { session, token } = await logic.signedIn('ann');
  await logic.ports.store.write((tx) =>
    tx.updateTable('users').set({ status: 'disabled' }).where('id', '=', session.userId).execute(),
  );
  expect((await logic.outcome('session.get', {}, { token })).error?.code).toBe('account-disabled');
});

test('[P5] a session ended while it was being looked up is not cached', async () => {
  await using logic = await openTestLogic();
  const { session, token } = await logic.signedIn('ann');
  const { presence, store } = logic.ports;
  const keep = presence.keepSession.bind(presence);
  presence.keepSession = async (hash, found) => {
    await store.write((tx) => tx.deleteFrom('devices').where('id', '=', session.deviceId).execute());
    await presence.forgetSessions([session.deviceId]);
    await keep(hash, found);
  };
  expect((await logic.outcome('session.get', {}, { token })).error?.code).toBe('unauthenticated');
  expect(await presence.findSession(hashOf(token))).toBeUndefined();
});
