import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { limits, rates, type CommandName, type Push } from '@parley/protocol';
import { RawSocket } from '../connect/raw-socket.ts';
import { RawWebSocket } from '../connect/raw-websocket.ts';
import { ServerProcess } from '../server-process.ts';
import { http, type SocketClient } from '../socket-client.ts';
import { refusalOf, register, type Person } from './people.ts';

/** Rates are on: this is what a server does by itself. */
let server: ServerProcess;
let ann: Person;
let socket: SocketClient;
let witness: SocketClient;
beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_SOCKETS_PER_ADDRESS: '40' });
  ann = await register(server, 'ann');
  socket = await ann.hello();
  await socket.command('conversation.join', { conversationId: 1 });
  witness = await (await register(server, 'witness')).hello();
});
afterAll(() => server[Symbol.asyncDispose]());

type Ask = () => Promise<unknown>;
const times = async (count: number, ask: Ask): Promise<(string | undefined)[]> => {
  const codes: (string | undefined)[] = [];
  for (let done = 0; done < count; done += 50)
    codes.push(...(await Promise.all(Array.from({ length: Math.min(50, count - done) }, () => refusalOf(ask())))));
  return codes;
};
const ask =
  (command: CommandName, params: object): Ask =>
  () =>
    socket.command(command, params);
const said = (text: string) => ({
  conversationId: 1,
  clientMsgId: crypto.randomUUID(),
  content: { type: 'text', text },
});

describe('what is too large is refused with its code', () => {
  test.each([
    ['a text above 8 KB', ask('message.send', said('x'.repeat(limits.textBytesMax + 1))), 'invalid-params'],
    [
      'a text above 8 KB in bytes, not in characters',
      ask('message.send', said('你'.repeat(limits.textBytesMax / 3 + 1))),
      'invalid-params',
    ],
    [
      'a custom content above 8 KB',
      ask('message.send', { ...said(''), content: { type: 'custom', data: 'x'.repeat(limits.customBytesMax) } }),
      'invalid-params',
    ],
    [
      'too many mentions',
      ask('message.send', {
        ...said('x'),
        content: {
          type: 'text',
          text: 'x',
          mentions: Array.from({ length: limits.mentionsMax + 1 }, (_, index) => index + 1),
        },
      }),
      'invalid-params',
    ],
    [
      'a page above the limit',
      ask('message.history', { conversationId: 1, limit: limits.pageMax + 1 }),
      'invalid-params',
    ],
    [
      'too many people looked up',
      ask('user.lookup', { userIds: Array.from({ length: limits.lookupMax + 1 }, (_, index) => index + 1) }),
      'invalid-params',
    ],
    [
      'too many people watched',
      ask('presence.watch', { userIds: Array.from({ length: limits.presenceWatchMax + 1 }, (_, index) => index + 1) }),
      'invalid-params',
    ],
    ['a search too long', ask('message.search', { query: 'x'.repeat(limits.searchCharsMax + 1) }), 'invalid-params'],
    [
      'a reaction too long',
      ask('reaction.add', { conversationId: 1, seq: 1, emoji: '👍'.repeat(limits.reactionCharsMax + 1) }),
      'invalid-params',
    ],
    [
      'a password too short',
      ask('account.changePassword', { currentPassword: 'x', newPassword: 'x'.repeat(limits.passwordCharsMin - 1) }),
      'invalid-params',
    ],
    [
      'a password too long',
      ask('account.changePassword', { currentPassword: 'x', newPassword: 'x'.repeat(limits.passwordCharsMax + 1) }),
      'invalid-params',
    ],
    [
      'a body above 64 KB',
      () => http(`${server.apiUrl}/directs`, { token: ann.token, body: { x: 'x'.repeat(limits.frameBytesMax) } }),
      'frame-too-large',
    ],
  ] satisfies [string, Ask, string][])('%s', async (_what, asked, code) => {
    expect(await refusalOf(asked())).toBe(code);
  });

  test('a password too common', async () => {
    const account = { userName: 'careless', password: 'password123' };
    expect(await refusalOf(http(`${server.apiUrl}/accounts`, { body: account }))).toBe('password-too-common');
  });
});

describe('what is too often is refused with its code, and with when to come again', () => {
  test.each([
    ['sends', rates.send.limit, () => ask('message.send', said('again'))()],
    ['joins', rates.join.limit, ask('conversation.join', { conversationId: 1 })],
    ['searches', rates.search.limit, ask('message.search', { query: 'again' })],
  ] satisfies [string, number, Ask][])('%s', async (_what, limit, asked) => {
    const codes = await times(limit + 20, asked);
    expect(codes.filter((code) => code === 'rate-limited').length).toBeGreaterThan(0);
    expect(codes.filter((code) => code === undefined).length).toBeLessThanOrEqual(limit);
    await witness.command('session.get', {});
  });

  test('over HTTP with Retry-After', async () => {
    const answer = await fetch(`${server.apiUrl}/search?query=again`, {
      headers: { authorization: `Bearer ${ann.token}` },
    });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(((await answer.json()) as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0);
  });

  test('typing beyond the rate is dropped without a word, and reaches nobody', async () => {
    const before = witness.pushes.length;
    const codes = await times(rates.signal.limit + 50, ask('typing.set', { conversationId: 1, isTyping: true }));
    expect(new Set(codes)).toEqual(new Set([undefined]));
    expect(witness.pushes.slice(before).filter((push: Push) => push.push === 'typing')).toEqual([]);
  });
});

test('a connection opens at most so many rooms', async () => {
  const guest = await http<{ token: string }>(`${server.apiUrl}/guests`, { body: {} });
  const owner = await (await register(server, 'owner')).hello();
  const other = await (await register(server, 'owner2')).hello();
  const ids = [1];
  for (const client of [owner, other])
    for (let count = 0; count < limits.roomsWatchedMax / 2; count++)
      ids.push((await client.command('conversation.create', { kind: 'room', title: `Room ${count}` })).conversation.id);
  const viewer = await RawWebSocket.open(server.ports.ws);
  viewer.command(1, 'session.hello', { token: guest.token });
  await viewer.json();
  for (const [index, conversationId] of ids.entries())
    viewer.command(index + 2, 'conversation.watch', { conversationId });
  const codes: unknown[] = [];
  while (codes.length < ids.length) {
    const frame = await viewer.json();
    if (frame['push'] === undefined) codes.push((frame['error'] as { code?: string } | undefined)?.code);
  }
  expect(codes.filter((code) => code === 'too-many-subscriptions')).toHaveLength(ids.length - limits.roomsWatchedMax);
  for (const client of [viewer.socket]) client.destroy();
  for (const client of [owner, other]) client.close();
}, 60_000);

test('F16 one address holds at most so many sockets, of every sort', async () => {
  const sockets = await Promise.all(Array.from({ length: 45 }, () => RawWebSocket.open(server.ports.ws)));
  const closed = await Promise.all(sockets.slice(-5).map((one) => one.closeFrame()));
  expect(new Set(closed.map(({ reason }) => reason))).toEqual(new Set(['too-many-connections']));
  const tcp = await RawSocket.open(server.ports.tcp[0]);
  await tcp.closed;
  for (const one of sockets) one.destroy();
  await witness.command('session.get', {});
});
