import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawSocket } from '../connect/raw-socket.ts';
import { RawStream } from '../connect/raw-stream.ts';
import { RawWebSocket } from '../connect/raw-websocket.ts';
import { ServerProcess } from '../server-process.ts';

const proxy = '127.0.0.1';
const stranger = '127.0.0.9';
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start({
    PARLEY_TRUSTED_PROXIES: `${proxy},10.0.0.0/8`,
    PARLEY_SOCKETS_PER_ADDRESS: '2',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Ask {
  readonly from?: string;
  readonly client: string;
  /** The API's own, or the page's. */
  readonly port?: number;
  readonly path?: string;
}

/** Asks what anybody may. @returns how often whoever is counted may do so again. */
async function left({ from = proxy, client, port = server.ports.api, path = '/v1/server' }: Ask): Promise<number> {
  const socket = await RawSocket.open(port, from);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: chat.example.org\r\nX-Forwarded-For: ${client}\r\n\r\n`);
  const count = await socket.read((bytes) => {
    const [, found] = /^ratelimit: .*;r=(\d+)/im.exec(bytes.toString()) ?? [];
    return found === undefined ? undefined : { value: Number(found), used: bytes.length };
  });
  socket.destroy();
  return count;
}

describe('rates of HTTP', () => {
  test('people behind a proxy are counted one by one, on the API’s port and on the page’s', async () => {
    const first = await left({ client: '203.0.113.1' });
    expect(await left({ client: '203.0.113.1' })).toBe(first - 1);
    expect(await left({ client: '203.0.113.2' })).toBe(first);
    const page = { port: server.ports.site, path: '/api/v1/server' };
    expect(await left({ ...page, client: '203.0.113.1, 10.0.0.7' })).toBe(first - 2);
    expect(await left({ ...page, client: '203.0.113.3' })).toBe(first);
  });

  test('who says they are another is still who the proxy saw', async () => {
    const first = await left({ client: '198.51.100.1, 203.0.113.4' });
    expect(await left({ client: '198.51.100.2, 203.0.113.4' })).toBe(first - 1);
    expect(await left({ client: '198.51.100.3\r\nX-Forwarded-For: 203.0.113.4' })).toBe(first - 2);
  });

  test('whoever is no proxy speaks for themselves only', async () => {
    const first = await left({ from: stranger, client: '203.0.113.5' });
    expect(await left({ from: stranger, client: '203.0.113.6' })).toBe(first - 1);
    expect(await left({ client: stranger })).toBe(first - 2);
  });

  test('the log names who was refused, not the proxy', async () => {
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': '198.51.100.1, 203.0.113.77' };
    const body = JSON.stringify({ userName: 'nobody', password: 'a wrong password' });
    expect((await fetch(`${server.apiUrl}/sessions`, { method: 'POST', headers, body })).status).toBe(401);
    const log = (): string => readFileSync(join(server.dataDir, 'parley.log'), 'utf8');
    while (!log().includes('"address":"203.0.113.77"')) await Bun.sleep(20);
  });
});

describe('sockets of one address', () => {
  const asClient = (client: string) => ({ headers: { 'X-Forwarded-For': client } });

  test('WebSockets and event streams behind a proxy are counted by client', async () => {
    const { ws, site } = server.ports;
    const socket = await RawWebSocket.open(ws, asClient('203.0.113.10'));
    const stream = await RawStream.open(site, asClient('203.0.113.10'));
    const others = await Promise.all(
      [11, 12, 13].map((last) => RawWebSocket.open(site, asClient(`203.0.113.${last}`))),
    );
    const beyond = await RawWebSocket.open(site, asClient('198.51.100.1, 203.0.113.10'));
    expect((await beyond.closeFrame()).reason).toBe('too-many-connections');
    const streamBeyond = await RawStream.open(ws, asClient('203.0.113.10'));
    expect((await streamBeyond.closeFrame()).reason).toBe('too-many-connections');
    for (const [index, open] of [socket, ...others].entries()) {
      open.command(index + 1, 'session.hello', { token: 'none' });
      expect(await open.json()).toMatchObject({ error: { code: 'unauthenticated' } });
      open.destroy();
    }
    stream.socket.destroy();
  });

  test('without proxies all that come through one are one', async () => {
    await using direct = await ServerProcess.start({ PARLEY_SOCKETS_PER_ADDRESS: '2' });
    const open = await Promise.all(
      [1, 2].map((last) => RawWebSocket.open(direct.ports.ws, asClient(`203.0.113.${last}`))),
    );
    const beyond = await RawStream.open(direct.ports.ws, asClient('203.0.113.3'));
    expect((await beyond.closeFrame()).reason).toBe('too-many-connections');
    for (const one of open) one.destroy();
  });
});
