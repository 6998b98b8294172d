import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandList } from '@parley/protocol';
import { ServerProcess } from '../server-process.ts';
import { http } from '../socket-client.ts';
import { register } from './people.ts';

const root = join(import.meta.dir, '../../src');
/**
 * The adapters' own folders, the fault proxies, and the processes and services that a command of the operator starts: what they
 * reach is what the operator names.
 */
const mayConnect = /^(?:store|queue|presence|registry|rpc|blob|faults|services|cluster)\//;
/** What can open a connection or start a program, imported or called. */
const connecting =
  /(?<![.\w])fetch\((?!['"]openapi|request: Request)|\bBun\.(?:connect|spawn|udpSocket|\$)|(?<!^import \{ isIP \} )from 'node:(?:net|tls|https?|http2|dgram|dns|child_process)'|new (?:WebSocket|EventSource)\(|direct-fetch/;
/** `doctor` asks whether ports are free, the next two ask their own servers; the last file is for those named here. */
const exempt = new Set(['cli/doctor.ts', 'cli/healthcheck.ts', 'cli/run-cluster.ts', 'direct-fetch.ts']);
const isComment = (line: string): boolean => /^\s*(?:\/?\*|\/\/)/.test(line);

test('nothing in the server opens a connection to where a user points: there are no previews and no webhooks', () => {
  expect(connecting.test('  return fetch(url, init);')).toBe(true);
  const files = [...new Bun.Glob('**/*.ts').scanSync({ cwd: root })];
  const own = files.filter(
    (path) => !/\.(?:test|conformance)\.ts$/.test(path) && !mayConnect.test(path) && !exempt.has(path),
  );
  const found = own.flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .filter((line) => connecting.test(line) && !isComment(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(own.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test('no route takes a file, an address to call or an address to show', () => {
  const routes = commandList.flatMap((command) => ('http' in command ? [command.http?.path ?? ''] : []));
  expect(
    routes.filter((path) => /upload|file|blob|media|preview|unfurl|webhook|hook|import|proxy|url/i.test(path)),
  ).toEqual([]);
});

test('a link in any text is asked for by nobody, and the process has no connection of its own making', async () => {
  const hits: string[] = [];
  using trap = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => (hits.push(request.url), new Response('hit')),
  });
  const url = `http://127.0.0.1:${trap.port}/secret`;
  await using server = await ServerProcess.start();
  const ann = await register(server, 'ann');
  const socket = await ann.hello();
  const content = [
    ...[
      url,
      `[x](${url})`,
      `![x](${url})`,
      `<${url}>`,
      `http://2130706433:${trap.port}/`,
      `http://[::ffff:127.0.0.1]:${trap.port}/`,
    ].map((text) => ({ type: 'text', text }) as const),
    { type: 'custom', data: { url, webhook: url, image: { src: url } } } as const,
  ];
  await socket.command('conversation.join', { conversationId: 1 });
  for (const [index, one] of content.entries())
    await socket.command('message.send', { conversationId: 1, clientMsgId: `c${index}`, content: one });
  await socket.command('account.update', { bio: url, displayName: url });
  const { conversation } = await socket.command('conversation.create', { kind: 'room', title: url, topic: url });
  await http(`${server.apiUrl}/search?query=${encodeURIComponent(url)}`, { token: ann.token });
  await socket.command('message.search', { query: 'secret', conversationId: conversation.id });
  expect(outgoingOf(server)).toEqual([]);
  expect(hits).toEqual([]);
  socket.close();
});

/** Connections of the process that did not come to one of its own ports. */
function outgoingOf(server: ServerProcess): string[] {
  const own = [server.ports.site, server.ports.api, server.ports.ws, ...server.ports.tcp, server.ports.ops];
  const { stdout } = Bun.spawnSync(['ss', '-tnpH']);
  const rows = stdout
    .toString()
    .split('\n')
    .filter((row) => row.includes(`pid=${server.pid},`));
  return rows.filter((row) => !own.includes(Number(row.trim().split(/\s+/)[3]?.split(':').at(-1))));
}

test.each([
  ['/v1/uploads', 'POST'],
  ['/v1/files', 'POST'],
  ['/v1/previews', 'GET'],
  ['/v1/webhooks', 'POST'],
  ['/faults', 'GET'],
  ['/metrics', 'GET'],
])('%s is no route of the ports for people', async (path, method) => {
  await using server = await ServerProcess.start();
  for (const base of [server.ports.api, server.ports.site, server.ports.ws])
    expect([path, (await fetch(`http://127.0.0.1:${base}${path}`, { method })).status]).not.toEqual([path, 200]);
  expect((await fetch(`http://127.0.0.1:${server.ports.ops}/faults`)).status).toBe(404);
});
