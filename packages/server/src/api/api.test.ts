import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { commandList, ParleyError, toWireError, type Command } from '@parley/protocol';
import { problem } from '@parley/protocol/documents';
import { Hono } from 'hono';
import type { Log } from '../log.ts';
import { DirectRpc } from '../rpc/direct.ts';
import type { CommandCall, CommandOutcome } from '../rpc/rpc.ts';
import { createApi, type ApiEnv } from './api.ts';

const silent = (): void => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const rpc = new DirectRpc({ nodeId: 'here' });
const batches: (readonly CommandCall[])[] = [];
let outcomeOf: (call: CommandCall) => CommandOutcome = () => ({ result: {} });
const stop = rpc.serve('logic', {
  handle: async (calls) => {
    batches.push(calls);
    return calls.map((call) => outcomeOf(call));
  },
  closed: async () => undefined,
  heads: async () => [],
  membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
});
const seedRoutes = new Hono<ApiEnv>().post('/user/login', (context) =>
  context.json({ code: 0, address: context.env.address }),
);
const api = createApi({
  rpc,
  log,
  serverName: 'Parley',
  serverVersion: '1.2.3',
  corsOrigins: ['https://chat.example.org'],
  seedRoutes,
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  api.fetch(new Request(`http://api.test${path}`, init), '10.0.0.9');
const json = (body: unknown): RequestInit => ({
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json' },
});
const lastCall = (): CommandCall | undefined => batches.at(-1)?.at(-1);

beforeEach(() => {
  batches.length = 0;
  outcomeOf = () => ({ result: { ok: true } });
});
afterAll(() => rpc.close());

const sample = (name: string): string | number => (name === 'emoji' ? '👍' : name === 'code' ? 'Ab-_9' : 7);

async function expectProblem(response: Response, code: string): Promise<Record<string, unknown>> {
  const body = problem.parse(await response.json());
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  expect(response.status).toBe(body.status);
  expect(response.headers.get('X-Request-Id')).toBe(body.requestId);
  expect(body.code).toBe(code as typeof body.code);
  return body;
}

describe('routes', () => {
  test('every command with a route is asked by it, with its params, the token and the address', async () => {
    for (const command of commandList as readonly Command[]) {
      if (command.http === undefined) continue;
      const path = command.http.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
        encodeURIComponent(sample(name)),
      );
      const response = await ask(`/v1${path}`, {
        method: command.http.method,
        headers: { Authorization: 'Bearer secret' },
      });
      expect(response.status).toBe(command.http.status);
      expect(lastCall()).toMatchObject({ command: command.name, caller: { token: 'secret', address: '10.0.0.9' } });
      const inPath = [...command.http.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, sample(name)]);
      expect(lastCall()?.params).toEqual(Object.fromEntries(inPath));
    }
  });

  test('fields come from the path, the query and the body', async () => {
    await ask('/v1/conversations/12/messages?after=3&limit=20');
    expect(lastCall()?.params).toEqual({ conversationId: 12, after: 3, limit: 20 });
    await ask('/v1/conversations/12/messages', {
      method: 'POST',
      ...json({ clientMsgId: 'a', content: { type: 'text', text: 'hi' } }),
    });
    expect(lastCall()?.params).toEqual({ conversationId: 12, clientMsgId: 'a', content: { type: 'text', text: 'hi' } });
    await ask('/v1/users?query=%E4%BD%A0%E5%A5%BD');
    expect(lastCall()?.params).toEqual({ query: '你好' });
  });

  test('the requests of one tick go to logic in one call, and those that hash a password alone', async () => {
    await Promise.all([
      ask('/v1/me'),
      ask('/v1/devices'),
      ask('/v1/sessions', { method: 'POST', ...json({ userName: 'a', password: 'b' }) }),
    ]);
    expect(batches.map((batch) => batch.map((call) => call.command)).toSorted((a, b) => a.length - b.length)).toEqual([
      ['session.create'],
      ['session.get', 'device.list'],
    ]);
  });

  test('the seed’s routes stand beside, and get the address', async () => {
    const response = await ask('/user/login', { method: 'POST' });
    expect(await response.json()).toEqual({ code: 0, address: '10.0.0.9' });
  });

  test('the whole interface may be served below a path', async () => {
    const request = new Request('http://site.test/api/v1/users/3?x=1');
    await expectProblem(await api.fetch(request, '', '/api'), 'invalid-params');
    const found = await api.fetch(new Request('http://site.test/api/v1/users/3'), '', '/api');
    expect(found.status).toBe(200);
    expect(lastCall()?.params).toEqual({ userId: 3 });
    await expectProblem(await api.fetch(new Request('http://site.test/api'), '', '/api'), 'unknown-command');
  });

  test('one’s own request id comes back, and a strange one does not', async () => {
    expect((await ask('/v1/me', { headers: { 'X-Request-Id': 'mine-1' } })).headers.get('X-Request-Id')).toBe('mine-1');
    expect(lastCall()?.caller.requestId).toBe('mine-1');
    expect((await ask('/v1/me', { headers: { 'X-Request-Id': 'a b' } })).headers.get('X-Request-Id')).not.toBe('a b');
  });

  test('an Idempotency-Key goes with POSTs of a session, and no further', async () => {
    const headers = { 'Idempotency-Key': 'key-1' };
    await ask('/v1/directs', { method: 'POST', headers });
    expect(lastCall()?.caller.idempotencyKey).toBe('key-1');
    await ask('/v1/me', { headers });
    expect(lastCall()?.caller).not.toHaveProperty('idempotencyKey');
    await expectProblem(
      await ask('/v1/directs', { method: 'POST', headers: { 'Idempotency-Key': 'x'.repeat(65) } }),
      'invalid-params',
    );
  });

  test('the rate comes back in headers', async () => {
    outcomeOf = () => ({ result: {}, rate: { limit: 1_200, remaining: 7, resetMs: 1_500 } });
    const { headers } = await ask('/v1/me');
    expect([headers.get('RateLimit-Policy'), headers.get('RateLimit')]).toEqual([
      '"read";q=1200;w=60',
      '"read";r=7;t=2',
    ]);
  });
});

describe('problems', () => {
  test('a refusal is problem+json with everything the error says', async () => {
    const fields = [{ pointer: '/title', message: 'too long' }];
    outcomeOf = () => ({
      error: toWireError(new ParleyError('rate-limited', 'Slowly.', { fields, retryAfterMs: 1_200 })),
    });
    const response = await ask('/v1/me');
    expect(await expectProblem(response, 'rate-limited')).toMatchObject({
      detail: 'Slowly.',
      retryable: true,
      retryAfterMs: 1_200,
      fields,
    });
    expect(response.headers.get('Retry-After')).toBe('2');
  });

  test('401 names the scheme', async () => {
    outcomeOf = () => ({ error: toWireError(new ParleyError('unauthenticated')) });
    const response = await ask('/v1/me');
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    await expectProblem(response, 'unauthenticated');
  });

  test.each([
    ['an unknown query field', '/v1/me?x=1', {}, 'invalid-params'],
    ['a field twice', '/v1/users?query=a&query=b', {}, 'invalid-params'],
    ['a path that is no integer', '/v1/users/abc', {}, 'invalid-params'],
    ['a limit that is no integer', '/v1/conversations?limit=1e1', {}, 'invalid-params'],
    ['a field of the body in the query', '/v1/directs?userId=1', { method: 'POST' }, 'invalid-params'],
    [
      'a field of the path in the body',
      '/v1/conversations/1/join',
      { method: 'POST', ...json({ conversationId: 2 }) },
      'invalid-params',
    ],
    [
      'a prototype',
      '/v1/directs',
      { method: 'POST', body: '{"__proto__":{"userId":1}}', headers: { 'Content-Type': 'application/json' } },
      'invalid-params',
    ],
    [
      'malformed JSON',
      '/v1/directs',
      { method: 'POST', body: '{"userId":', headers: { 'Content-Type': 'application/json' } },
      'invalid-frame',
    ],
    ['a body that is no object', '/v1/directs', { method: 'POST', ...json([1]) }, 'invalid-frame'],
    [
      'a body of another type',
      '/v1/directs',
      { method: 'POST', body: 'userId=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      'invalid-frame',
    ],
    [
      'a body above the limit',
      '/v1/directs',
      { method: 'POST', ...json({ x: 'x'.repeat(70_000) }) },
      'frame-too-large',
    ],
    ['an unknown route', '/v1/nothing', {}, 'unknown-command'],
    ['a path outside', '/elsewhere', {}, 'unknown-command'],
    ['another method', '/v1/me', { method: 'PUT' }, 'method-not-allowed'],
  ] satisfies [string, string, RequestInit, string][])(
    '%s is refused before logic is asked',
    async (_what, ...[path, init, code]) => {
      await expectProblem(await ask(path, init), code);
      expect(batches).toEqual([]);
    },
  );

  test('a streamed body above the limit is cut off', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(16_384)) });
    await expectProblem(
      await ask('/v1/directs', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }),
      'frame-too-large',
    );
  });

  test('another method is told which ones there are', async () => {
    expect((await ask('/v1/me', { method: 'PUT' })).headers.get('Allow')).toBe('GET, PATCH');
  });

  test('a defect tells nothing but its code', async () => {
    const failing = createApi({
      rpc,
      log,
      serverName: 'P',
      serverVersion: '1',
      corsOrigins: [],
      seedRoutes: new Hono<ApiEnv>().get('/defect', () => {
        throw new Error('the secret path');
      }),
    });
    const response = await failing.fetch(new Request('http://api.test/defect'), '');
    expect(JSON.stringify(await expectProblem(response, 'internal'))).not.toContain('secret');
  });

  test('logic that is gone is unavailable', async () => {
    const alone = createApi({
      rpc: new DirectRpc({ nodeId: 'alone' }),
      log,
      serverName: 'P',
      serverVersion: '1',
      corsOrigins: [],
    });
    await expectProblem(await alone.fetch(new Request('http://api.test/v1/me'), ''), 'unavailable');
  });
});

describe('other origins', () => {
  test.each(['http://localhost:8080', 'http://127.0.0.1:3000', 'https://chat.example.org', 'http://[::1]:9'])(
    '%s may call, also when it is refused',
    async (origin) => {
      const preflight = await ask('/v1/me', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'PATCH',
          'Access-Control-Request-Headers': 'authorization,content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(origin);
      expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('Authorization');
      for (const path of ['/v1/me', '/v1/users/abc', '/elsewhere']) {
        const response = await ask(path, { headers: { Origin: origin } });
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
        expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
        expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
      }
    },
  );

  test.each([
    'https://evil.example',
    'null',
    'https://chat.example.org.evil.example',
    'https://chat.example.org:444',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example:80',
    'http://localhost:80@evil.example',
  ])('%s may not', async (origin) => {
    const response = await ask('/v1/me', { headers: { Origin: origin } });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('documents', () => {
  test('both are served as JSON', async () => {
    expect(await (await ask('/openapi.json')).json()).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Parley', version: '1.2.3' },
    });
    expect(await (await ask('/asyncapi.json')).json()).toMatchObject({ asyncapi: '3.0.0' });
  });

  test('the reference page loads nothing from elsewhere', async () => {
    const page = await ask('/reference');
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|\son\w+=/);
    expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self';");
    expect(page.headers.get('Content-Security-Policy')).toContain("connect-src 'self';");
    expect(page.headers.get('Content-Security-Policy')).not.toContain('unsafe');
    const files = [...html.matchAll(/(?:src|href)="(reference\/[^"]+)"/g)].map(([, source = '']) => source);
    expect(files).toHaveLength(4);
    for (const name of files) {
      const file = await ask(`/${name}`, { headers: { 'Accept-Encoding': 'gzip' } });
      expect(file.headers.get('Content-Type')).toStartWith(name.endsWith('.css') ? 'text/css' : 'text/javascript');
      expect(file.headers.get('Content-Encoding')).toBe('gzip');
    }
    await expectProblem(await ask('/reference/__proto__'), 'unknown-command');
  });
});

test('C3 requests are unavailable once logic stopped', async () => {
  stop();
  await expectProblem(await ask('/v1/me'), 'unavailable');
});
