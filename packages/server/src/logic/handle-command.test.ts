import { expect, test } from 'bun:test';
import { rates } from '@parley/protocol';
import { openTestLogic, testNode } from '../../test/test-logic.ts';
import type { CommandCall } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';

const sendTo = (conversationId: number, text: string, session: Session): CommandCall => ({
  command: 'message.send',
  params: { conversationId, clientMsgId: text, content: { type: 'text', text } },
  caller: {
    session,
    address: '127.0.0.1',
    requestId: text,
    connection: { ...testNode, connectionId: `c${session.deviceId}` },
  },
});

test('an unknown command, a missing session and a bad token are refused by name', async () => {
  await using logic = await openTestLogic();
  expect(await logic.outcome('no.such', {}, {})).toMatchObject({ error: { code: 'unknown-command' } });
  expect(await logic.outcome('session.get', {}, {})).toMatchObject({ error: { code: 'unauthenticated' } });
  expect(await logic.outcome('session.get', {}, { token: 'x' })).toMatchObject({ error: { code: 'unauthenticated' } });
});

test('a socket whose session is over is refused and closed', async () => {
  await using logic = await openTestLogic();
  const ann = await logic.user('ann');
  logic.clock.advance(91 * 86_400_000);
  expect(await logic.outcome('session.get', {}, logic.socketOf(ann))).toMatchObject({
    error: { code: 'unauthenticated' },
    effects: { close: 'unauthenticated' },
  });
});

test('a command for sockets is refused over HTTP', async () => {
  await using logic = await openTestLogic();
  const { token } = await logic.signedIn('ann');
  expect(await logic.outcome('session.ping', {}, { token })).toMatchObject({ error: { code: 'socket-only' } });
});

test('guests are refused what needs an account, until they claim one', async () => {
  await using logic = await openTestLogic();
  const guest = await logic.user('guest-1', 'guest');
  const change = { currentPassword: 'never had one', newPassword: 'a fine long one' };
  expect(await logic.refusal('account.changePassword', change, guest)).toBe('guest-not-allowed');
  await logic.call('account.claim', { userName: 'gus', password: 'never had one' }, guest);
  await logic.call('account.changePassword', change, guest);
});

test('a defect answers `internal` without its details and is logged once', async () => {
  await using logic = await openTestLogic();
  const { token } = await logic.signedIn('ann');
  const broken = new Error('secret detail');
  const commit = Object.assign(Object.create(logic.ports.store), { write: () => Promise.reject(broken) });
  await using other = await openTestLogic({ ports: { store: commit } });
  const { error } = await other.outcome('account.update', { bio: 'x' }, { token, requestId: 'r9' });
  expect(error).toMatchObject({ code: 'internal', requestId: 'r9' });
  expect(JSON.stringify(error)).not.toContain('secret detail');
  expect(other.seen.logged.filter((line) => line.level === 'error')).toMatchObject([
    { facts: { err: broken, requestId: 'r9', command: 'account.update' } },
  ]);
});

test('[D3] sends of one connection are numbered in the order in which they came, those that read more first included', async () => {
  await using logic = await openTestLogic();
  const ann = await logic.user('ann');
  const first = await logic.logic.handle([sendTo(1, 'first', ann)]);
  const calls = Array.from({ length: 60 }, (_, index) => sendTo(1, `m${index}`, ann)).map((call, index) =>
    index % 3 === 0 ? { ...call, params: { ...(call.params as object), replyTo: 1 } } : call,
  );
  const outcomes = await logic.logic.handle(calls);
  expect(first).toMatchObject([{ result: { seq: 1 } }]);
  expect(outcomes.map((outcome) => (outcome.result as { seq: number }).seq)).toEqual(
    calls.map((_, index) => index + 2),
  );
});

test('[D3] a command takes effect after those its connection gave before', async () => {
  await using logic = await openTestLogic();
  const ann = await logic.user('ann');
  const caller = sendTo(1, 'x', ann).caller;
  const rename = { command: 'account.update', params: { displayName: 'Anna' }, caller };
  const [, me] = await logic.logic.handle([rename, { command: 'session.get', params: {}, caller }]);
  expect(me?.result).toMatchObject({ account: { displayName: 'Anna' } });
});

test('sends of many connections in one call become one commit', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  const users = await Promise.all(Array.from({ length: 20 }, (_, index) => logic.user(`user${index}`)));
  let commits = 0;
  const { store } = logic.ports;
  const commit = store.commit.bind(store);
  store.commit = (batch) => {
    commits++;
    return commit(batch);
  };
  const calls = Array.from({ length: 500 }, (_, index) =>
    sendTo(1, `m${index}`, users[index % users.length] as Session),
  );
  const outcomes = await logic.logic.handle(calls);
  expect(outcomes.every((outcome) => outcome.result !== undefined)).toBe(true);
  expect(commits).toBe(1);
});

test('beyond its rate a command is refused with when to come back; later it is taken', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  const ann = await logic.user('ann');
  const { limit, windowMs } = rates.search;
  for (let done = 0; done < limit; done++) await logic.call('user.search', {}, ann);
  const { error, rate } = await logic.outcome('user.search', {}, logic.socketOf(ann));
  expect(error).toMatchObject({ code: 'rate-limited', retryable: true, retryAfterMs: windowMs });
  expect(rate).toMatchObject({ limit, remaining: 0 });
  expect(await logic.call('session.get', {}, ann)).toBeDefined();
  logic.clock.advance(windowMs);
  await logic.call('user.search', {}, ann);
});

test('beyond the rate of signals a socket is told nothing, and HTTP is refused', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  const { session, token } = await logic.signedIn('ann');
  const typing = { conversationId: 1, isTyping: true };
  for (let done = 0; done < rates.signal.limit; done++) await logic.outcome('typing.set', typing, { token });
  const before = (await logic.pushes('typing')).length;
  expect(await logic.call('typing.set', typing, session)).toEqual({});
  expect(await logic.outcome('typing.set', typing, { token })).toMatchObject({ error: { code: 'rate-limited' } });
  expect((await logic.pushes('typing')).length).toBe(before);
});

test('over HTTP an answer says what is left of the rate', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  const { rate } = await logic.outcome('server.info', {}, {});
  expect(rate).toMatchObject({ limit: rates.public.limit, remaining: rates.public.limit - 1 });
});

test('a token that many guess is looked up a bounded number of times', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  const codes = new Map<string, number>();
  for (let tried = 0; tried < rates.hello.limit + 10; tried++) {
    const code = (await logic.outcome('session.get', {}, { token: `t${tried}` })).error?.code ?? 'taken';
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect(Object.fromEntries(codes)).toEqual({ unauthenticated: rates.hello.limit, 'rate-limited': 10 });
});

test('[D15] a presence that cannot be asked refuses sign-ins and lets signed-in users work', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  const { session, token } = await logic.signedIn('ann');
  await logic.ports.presence.close();
  expect(await logic.refusal('session.create', { userName: 'ann', password: 'x' })).toBe('unavailable');
  expect(await logic.call('session.get', {}, session)).toMatchObject({ account: { name: 'ann' } });
  expect((await logic.outcome('session.get', {}, { token })).result).toMatchObject({ account: { name: 'ann' } });
});
