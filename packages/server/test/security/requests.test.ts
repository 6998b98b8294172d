import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '@parley/protocol';
import { RawSocket } from '../connect/raw-socket.ts';
import { ServerProcess } from '../server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const head = (lines: readonly string[], path = '/v1/sessions'): string =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');

/** The status a raw request gets; 0 when the connection is closed without one. */
async function statusOf(port: number, bytes: string, more?: (socket: RawSocket) => void): Promise<number> {
  const socket = await RawSocket.open(port);
  socket.write(bytes);
  more?.(socket);
  const status = await socket
    .read((received) => {
      const line = /^HTTP\/1\.1 (\d{3})/.exec(received.toString('latin1', 0, 20));
      return line === null ? undefined : { value: Number(line[1]), used: received.length };
    })
    .catch(() => 0);
  socket.destroy();
  return status;
}

const apiPorts = (): readonly [number, string][] => [
  [server.ports.api, '/v1/sessions'],
  [server.ports.site, '/api/v1/sessions'],
  [server.ports.api, '/user/login'],
];

test('a body above the limit is refused, whether its length is declared or not', async () => {
  for (const [port, path] of apiPorts()) {
    const refused = path === '/user/login' ? [200] : [413];
    const body = `{"userName":"${'x'.repeat(limits.frameBytesMax)}"}`;
    expect(refused).toContain(await statusOf(port, head([`Content-Length: ${body.length}`], path) + body));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    expect(refused).toContain(
      await statusOf(port, head(['Transfer-Encoding: chunked'], path), (socket) => {
        for (let sent = 0; sent < 6; sent++) socket.write(chunk);
      }),
    );
    expect([...refused, 0, 413]).toContain(await statusOf(port, head(['Content-Length: 1073741824'], path) + '{'));
  }
});

test('a request that two readers could read differently is refused', async () => {
  for (const lines of [
    ['Content-Length: 2', 'Transfer-Encoding: chunked'],
    ['Content-Length: 2', 'Content-Length: 3'],
    ['Content-Length: -1'],
    ['Content-Length: 0x2'],
    ['Transfer-Encoding: xchunked'],
  ])
    expect([0, 400, 411, 501]).toContain(await statusOf(server.ports.api, `${head(lines)}{}\r\n0\r\n\r\n`));
});

test('a Host that makes no address is refused on every port, and no other path is read out of it', async () => {
  const { api, site, ws } = server.ports;
  const ask = (port: number, host: string, path: string) =>
    statusOf(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  for (const port of [api, site, ws]) {
    for (const host of ['', 'a b', 'evil/x', 'user@x'])
      expect([host, await ask(port, host, '/v1/socket')]).toEqual([host, 400]);
    for (const host of ['[', 'x:99999', 'a\\b', '%00', '\xfc', 'a:b:c'])
      for (const path of ['/aa/v1/server', '/x/api/v1/server', '/x/v1/socket'])
        expect([host, [400, 404].includes(await ask(port, host, path))]).toEqual([host, true]);
  }
});

test('headers are bounded', async () => {
  const long = `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(200_000)}\r\n\r\n`;
  const many = `GET /v1/me HTTP/1.1\r\nHost: x\r\n${'X-Many: 1\r\n'.repeat(5_000)}\r\n`;
  for (const bytes of [long, many])
    for (const port of [server.ports.api, server.ports.site, server.ports.ws, server.ports.ops])
      expect([0, 400, 431]).toContain(await statusOf(port, bytes));
});

test('F16 a request that is never finished does not hold its connection, and says nothing in the log', async () => {
  const { site, api, ws, ops } = server.ports;
  const sockets: RawSocket[] = [];
  const trickles: ReturnType<typeof setInterval>[] = [];
  for (const port of [site, api, ws, ops])
    for (const [begin, more] of [
      ['', undefined],
      ['POST /v1/sessions HTTP/1.1\r\nHost: x\r\n', 'X-More: 1\r\n'],
      [head(['Content-Length: 60000'], port === site ? '/api/v1/sessions' : '/v1/sessions'), '{'],
      [head(['Transfer-Encoding: chunked'], port === site ? '/api/v1/sessions' : '/v1/sessions'), '1\r\n{\r\n'],
    ] as const) {
      const socket = await RawSocket.open(port);
      socket.write(begin);
      sockets.push(socket);
      if (more !== undefined) trickles.push(setInterval(() => socket.isClosed || socket.write(more), 1_000));
    }
  await Promise.all(sockets.map((socket) => socket.closed));
  for (const trickle of trickles) clearInterval(trickle);
  expect(readFileSync(join(server.dataDir, 'parley.log'), 'utf8')).not.toContain('"level":50');
}, 60_000);
