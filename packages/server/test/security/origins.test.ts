import { afterAll, beforeAll, expect, test } from 'bun:test';
import { RawStream } from '../connect/raw-stream.ts';
import { RawWebSocket } from '../connect/raw-websocket.ts';
import { ServerProcess } from '../server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_ALLOWED_ORIGINS: 'https://chat.example.org' });
});
afterAll(() => server[Symbol.asyncDispose]());

const refused = [
  'https://evil.example',
  'null',
  '',
  'file://',
  'https://chat.example.org.evil.example',
  'https://evilchat.example.org',
  'https://chat.example.org:444',
  'http://chat.example.org',
  'https://CHAT.example.org',
  'https://chat.example.org/',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://127.0.0.1:80@evil.example',
  'http://127.0.0.2',
  'http://0.0.0.0',
  'chrome-extension://localhost',
];
const taken = ['https://chat.example.org', 'http://localhost:5173', 'http://127.0.0.1', 'https://[::1]:8443'];

test.each(['/v1/socket', '/ws'])('no page of elsewhere opens a socket on %s, on any port', async (path) => {
  for (const port of [server.ports.ws, server.ports.site]) {
    for (const origin of refused) {
      const answer = await RawWebSocket.open(port, { path, headers: { Origin: origin } });
      expect([origin, answer.status]).toEqual([origin, 403]);
      answer.destroy();
    }
    for (const origin of [...taken, `http://127.0.0.1:${port}`]) {
      const answer = await RawWebSocket.open(port, { path, headers: { Origin: origin } });
      expect([origin, answer.status]).toEqual([origin, 101]);
      answer.destroy();
    }
  }
});

test('no page of elsewhere opens a stream or posts to one, on any port', async () => {
  for (const port of [server.ports.ws, server.ports.site])
    for (const path of ['/v1/stream', '/v1/stream/frames']) {
      for (const origin of refused) {
        const answer = await RawStream.open(port, { path, headers: { Origin: origin } });
        expect([origin, answer.status, answer.head.toLowerCase().includes('access-control')]).toEqual([
          origin,
          403,
          false,
        ]);
        answer.destroy();
      }
      for (const origin of [...taken, `http://127.0.0.1:${port}`]) {
        const answer = await RawStream.open(port, { path, headers: { Origin: origin } });
        expect([origin, answer.status]).toEqual([origin, path === '/v1/stream' ? 200 : 404]);
        expect(answer.head.toLowerCase()).toContain(`access-control-allow-origin: ${origin}`);
        answer.destroy();
      }
    }
});

test.each(['/v1/stream', '/v1/stream/frames'])(
  'no page of elsewhere opens a stream or posts to one at %s',
  async (path) => {
    for (const port of [server.ports.ws, server.ports.site])
      for (const [origins, isTaken] of [
        [refused.filter((origin) => origin !== ''), false],
        [taken, true],
      ] as const)
        for (const origin of origins) {
          const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { origin } });
          expect([origin, answer.status === 403]).toEqual([origin, !isTaken]);
          expect([origin, answer.headers.get('access-control-allow-origin')]).toEqual([
            origin,
            isTaken ? origin : null,
          ]);
          await answer.body?.cancel();
        }
  },
);

test('a socket takes no cookie and no token of its URL: only session.hello signs in', async () => {
  const answer = await RawWebSocket.open(server.ports.ws, {
    path: '/v1/socket?token=abc',
    headers: { Cookie: 'token=abc', Authorization: 'Bearer abc' },
  });
  expect(answer.status).toBe(101);
  answer.sendText('{"id":1,"command":"session.get","params":{}}');
  expect(await answer.json()).toMatchObject({ error: { code: 'unauthenticated' } });
  answer.destroy();
});

test('no page of elsewhere reads an answer of the API', async () => {
  for (const base of [`http://127.0.0.1:${server.ports.api}`, `http://127.0.0.1:${server.ports.site}/api`])
    for (const origin of refused.filter((name) => name !== '')) {
      const answer = await fetch(`${base}/v1/me`, { headers: { Origin: origin } });
      expect([origin, answer.headers.get('access-control-allow-origin')]).toEqual([origin, null]);
    }
});
