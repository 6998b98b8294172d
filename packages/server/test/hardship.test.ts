import { expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { copyFileSync, mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, Result } from '@parley/protocol';
import { refusalOf, register, type Person } from './security/people.ts';
import { ServerProcess } from './server-process.ts';
import { http, SocketClient } from './socket-client.ts';

const dayMs = 86_400_000;
const withFaults = { PARLEY_RATE_LIMITS: 'off', PARLEY_FAULTS: 'on' };

async function pair(server: ServerProcess): Promise<{ ann: Person; ben: Person; conversationId: number }> {
  const [ann, ben] = [await register(server, 'ann'), await register(server, 'ben')];
  const { conversation } = await http<Result<'conversation.direct'>>(`${server.apiUrl}/directs`, {
    token: ann.token,
    body: { userId: ben.id },
  });
  return { ann, ben, conversationId: conversation.id };
}

const send = (socket: SocketClient, conversationId: number, clientMsgId: string) =>
  socket.command('message.send', { conversationId, clientMsgId, content: { type: 'text', text: clientMsgId } });

const control = (server: ServerProcess, body: unknown): Promise<unknown> => http(`${server.opsUrl}/faults`, { body });

async function historyOf(server: ServerProcess, token: string, conversationId: number): Promise<readonly Message[]> {
  const url = `${server.apiUrl}/conversations/${conversationId}/messages?limit=100`;
  return (await http<Result<'message.history'>>(url, { token })).items;
}

test.each([
  ['cut off in its middle', (log: string) => truncateSync(log, statSync(log).size - 1_500)],
  [
    'followed by what was never written whole',
    (log: string) => writeFileSync(log, Buffer.alloc(9_000, 0xa5), { flag: 'a' }),
  ],
  [
    'spoilt at its end',
    (log: string) => {
      const bytes = readFileSync(log);
      writeFileSync(log, bytes.fill(0x5a, bytes.length - 700));
    },
  ],
])(
  'D1 F5 a log that is %s is no reason not to start, and what was stored before is there',
  async (_name, spoil) => {
    await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
    const { ann, conversationId } = await pair(server);
    const socket = await ann.hello();
    const kept = [];
    for (let index = 0; index < 20; index++) kept.push(await send(socket, conversationId, `kept-${index}`));
    // What comes last is what the power took: one more transaction, torn.
    const folder = mkdtempSync(join(tmpdir(), 'parley-torn-'));
    await send(socket, conversationId, 'torn');
    await server.kill();
    for (const ending of ['', '-wal'])
      copyFileSync(join(server.dataDir, `parley.sqlite${ending}`), join(folder, `parley.sqlite${ending}`));
    spoil(join(folder, 'parley.sqlite-wal'));
    await using restored = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off', PARLEY_DATA_DIR: folder });
    const stored = await historyOf(restored, ann.token, conversationId);
    const keys = stored.map(({ clientMsgId }) => clientMsgId);
    expect(keys.slice(0, kept.length)).toEqual(kept.map((_ack, index) => `kept-${index}`));
    const again = await SocketClient.hello(restored.socketUrl, ann.token);
    expect((await send(again, conversationId, 'torn')).seq).toBe(kept.length + 1);
    using database = new Database(join(folder, 'parley.sqlite'));
    expect(database.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    again.close();
  },
  30_000,
);

test('D3 D14 F12 whatever the clock does, times never go back, no id comes twice, nobody is signed out, and everything arrives', async () => {
  await using server = await ServerProcess.start(withFaults);
  const { ann, ben, conversationId } = await pair(server);
  const [socket, witness] = [await ann.hello(), await ben.hello()];
  const acks = [];
  const turns = [
    { offsetMs: -dayMs },
    { offsetMs: 400 * dayMs },
    { offsetMs: 0, isFrozen: true },
    { offsetMs: -3_600_000, isFrozen: true },
    { offsetMs: 0 },
  ];
  for (const [index, clock] of turns.entries()) {
    await control(server, { clock });
    for (let each = 0; each < 20; each++) acks.push(await send(socket, conversationId, `${index}-${each}`));
    const again = await SocketClient.hello(server.socketUrl, ann.token);
    expect((await again.command('session.get', {})).account.id).toBe(ann.id);
    again.close();
  }
  expect(new Set(acks.map(({ id }) => id)).size).toBe(acks.length);
  expect(acks.map(({ seq }) => seq)).toEqual(acks.map((_ack, index) => index + 1));
  const times = acks.map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const { id } of acks) await witness.push('message.changed', ({ message }) => message.id === id);
  expect([socket.closeCode, witness.closeCode]).toEqual([undefined, undefined]);
  socket.close();
  witness.close();
}, 30_000);

test('D1 D4 F20 an event loop that stood still for two seconds costs nobody a message or their socket', async () => {
  await using server = await ServerProcess.start(withFaults);
  const { ann, ben, conversationId } = await pair(server);
  const [socket, witness] = [await ann.hello(), await ben.hello()];
  const stalled = control(server, { stallLoopMs: 2_000 });
  const acks = await Promise.all(Array.from({ length: 100 }, (_, index) => send(socket, conversationId, `m-${index}`)));
  await stalled;
  for (const { id } of acks) await witness.push('message.changed', ({ message }) => message.id === id);
  expect([socket.closeCode, witness.closeCode]).toEqual([undefined, undefined]);
  socket.close();
  witness.close();
}, 30_000);

test('D1 D4 F2 a server that is paused for five seconds goes on where it was', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const { ann, ben, conversationId } = await pair(server);
  const [socket, witness] = [await ann.hello(), await ben.hello()];
  process.kill(server.pid, 'SIGSTOP');
  const sending = Array.from({ length: 50 }, (_, index) => send(socket, conversationId, `m-${index}`));
  await Bun.sleep(5_000);
  process.kill(server.pid, 'SIGCONT');
  for (const { id } of await Promise.all(sending))
    await witness.push('message.changed', ({ message }) => message.id === id);
  expect([socket.closeCode, witness.closeCode]).toEqual([undefined, undefined]);
  socket.close();
  witness.close();
}, 30_000);

test('D11 F2 logic that hangs is not waited for for ever: the outcome is unknown, and a retry finds it', async () => {
  await using server = await ServerProcess.start(withFaults);
  const { ann, conversationId } = await pair(server);
  const socket = await ann.hello();
  await control(server, { arm: { point: 'ack.before', action: 'stall', stallMs: 60_000 } });
  expect(await refusalOf(send(socket, conversationId, 'hangs'))).toBe('deadline-exceeded');
  expect((await send(socket, conversationId, 'hangs')).seq).toBe(1);
  socket.close();
}, 30_000);

test('D6 F17 after a kill everyone comes back at once, and everyone is let in', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const { ann } = await pair(server);
  const devices = 2_000;
  await server.kill();
  const env = { PARLEY_RATE_LIMITS: 'off', PARLEY_SOCKETS_PER_USER: String(devices), PARLEY_DATA_DIR: server.dataDir };
  await using again = await ServerProcess.start(env);
  const signedIn = Array.from({ length: devices }, () => SocketClient.hello(again.socketUrl, ann.token));
  const sockets = await Promise.all(signedIn);
  for (const socket of sockets) socket.close();
}, 60_000);
