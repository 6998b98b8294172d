import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawStream } from '../connect/raw-stream.ts';
import { RawWebSocket } from '../connect/raw-websocket.ts';
import { seedPost } from '../seed-client.ts';
import { ServerProcess } from '../server-process.ts';
import { http, SocketClient } from '../socket-client.ts';
import { refusalOf } from './people.ts';

const canary = {
  password: 'canary-password-4711',
  wrong: 'canary-wrong-4712',
  next: 'canary-next-4713',
  text: 'canary-text-4714',
  guess: 'canary-token-4715',
  name: 'canary-name-4716',
} as const;

const logOf = (server: ServerProcess): string => readFileSync(join(server.dataDir, 'parley.log'), 'utf8');

async function useEverything(server: ServerProcess): Promise<readonly string[]> {
  const account = { userName: 'canaria', password: canary.password };
  const { token } = await http<{ token: string }>(`${server.apiUrl}/accounts`, { body: account });
  await refusalOf(http(`${server.apiUrl}/sessions`, { body: { ...account, password: canary.wrong } }));
  await refusalOf(http(`${server.apiUrl}/sessions`, { body: { userName: canary.name, password: canary.wrong } }));
  await refusalOf(http(`${server.apiUrl}/me`, { token: canary.guess }));
  await refusalOf(http(`${server.apiUrl}/me?token=${canary.guess}`, { token }));
  await seedPost(server.ports.api, '/user/login', { userName: 'canaria', passWord: canary.wrong });
  await seedPost(server.ports.api, '/user/checkAuth', { authToken: canary.guess });
  await refusalOf(SocketClient.hello(server.socketUrl, canary.guess));
  const socket = await SocketClient.hello(server.socketUrl, token);
  await socket.command('conversation.join', { conversationId: 1 });
  const said = { conversationId: 1, clientMsgId: 'c', content: { type: 'text', text: canary.text } } as const;
  await socket.command('message.send', said);
  await refusalOf(socket.command('message.send', { ...said, content: { type: 'text', text: `${canary.text}!` } }));
  await refusalOf(socket.command('message.search', { query: canary.text }));
  await socket.command('account.changePassword', { currentPassword: canary.password, newPassword: canary.next });
  socket.sendRaw(`{"id":1,"command":"session.hello","params":{"token":"${canary.guess}"`);
  socket.sendRaw(`{"id":1,"command":"${canary.text}","params":{"token":"${canary.guess}"}}`);
  await socket.command('session.get', {});
  socket.close();
  const stream = await RawStream.open(server.ports.ws);
  await stream.post(`{"id":1,"command":"session.hello","params":{"token":"${token}"}}\n{"id":2,"comm`);
  await stream.json();
  await stream.post('{}', { number: 9 });
  await stream.closeFrame();
  stream.destroy();
  return [token, stream.id];
}

test('no token, password or body is in the logs, and none of the first two is stored', async () => {
  await using server = await ServerProcess.start({ PARLEY_LOG_LEVEL: 'debug' });
  const tokens = await useEverything(server);
  const log = logOf(server);
  for (const secret of [...tokens, ...Object.values(canary)])
    expect([secret, log.includes(secret)]).toEqual([secret, false]);
  expect(log).toContain('a sign-in was refused');
  expect(log).toContain('signed in');
  await server.stop();
  const stored = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
    .join('\n');
  expect(stored).toContain(canary.text);
  for (const secret of [...tokens, canary.password, canary.wrong, canary.next, canary.guess])
    expect([secret, stored.includes(secret)]).toEqual([secret, false]);
  using database = new Database(join(server.dataDir, 'parley.sqlite'), { readonly: true });
  const rows = database.query('select password_hash as hash from users').all() as { hash: string }[];
  for (const { hash } of rows) expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,');
});

test('nobody forges a line of the log', async () => {
  await using server = await ServerProcess.start({ PARLEY_LOG_LEVEL: 'debug' });
  const forged = 'x\n{"level":30,"msg":"forged"}\r\n\u2028{"msg":"forged"}';
  await refusalOf(http(`${server.apiUrl}/sessions`, { body: { userName: forged, password: forged } }));
  await fetch(`${server.apiUrl}/${encodeURIComponent(forged)}`, { headers: { 'X-Request-Id': 'a"b' } });
  await seedPost(server.ports.api, '/user/login', { userName: forged, passWord: forged });
  const socket = await RawWebSocket.open(server.ports.ws, { headers: { 'User-Agent': 'x"}{"msg":"forged"}' } });
  socket.command(1, forged, { token: forged });
  await socket.json();
  socket.command(2, 'session.hello', { token: forged, client: forged });
  await socket.json();
  socket.destroy();
  const lines = logOf(server).trimEnd().split('\n');
  for (const line of lines) expect((JSON.parse(line) as { msg: string }).msg).not.toContain('forged');
});
