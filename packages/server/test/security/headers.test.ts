import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ServerProcess } from '../server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The directives of a policy by name. @throws when one stands twice, of which only the first would count. */
function policyOf(header: string): ReadonlyMap<string, readonly string[]> {
  const directives = header.split(';').map((part) => part.trim().split(/\s+/));
  const map = new Map(directives.map(([name = '', ...sources]) => [name, sources]));
  expect(map.size).toBe(directives.length);
  return map;
}

const pages = (): readonly string[] => [
  `http://127.0.0.1:${server.ports.site}/`,
  `http://127.0.0.1:${server.ports.site}/nothing`,
  `http://127.0.0.1:${server.ports.api}/reference`,
  `http://127.0.0.1:${server.ports.site}/api/reference`,
];

describe('the content security policy of every page', () => {
  test('names every source exactly, and allows nothing inline, no code of strings and no other origin', async () => {
    for (const url of pages()) {
      const policy = policyOf((await fetch(url)).headers.get('content-security-policy') ?? '');
      const own = new Set([
        "'self'",
        "'none'",
        'data:',
        'blob:',
        `ws://${new URL(url).host}`,
        `wss://${new URL(url).host}`,
      ]);
      for (const [name, sources] of policy)
        for (const source of sources) expect([url, name, source, own.has(source)]).toEqual([url, name, source, true]);
      expect(["'self'", "'none'"]).toContain(policy.get('default-src')?.join(' ') ?? '');
      for (const name of ['script-src', 'style-src'])
        expect([url, name, policy.get(name)]).toEqual([url, name, ["'self'"]]);
      for (const name of ['base-uri', 'frame-ancestors'])
        expect([url, name, policy.get(name)]).toEqual([url, name, ["'none'"]]);
      expect(policy.get('object-src') ?? policy.get('default-src')).toEqual(["'none'"]);
      expect(policy.get('script-src')).not.toContain('data:');
    }
  });

  test('a Host header puts nothing into it', async () => {
    for (const host of ['evil.example; script-src *', 'x" y', "a'unsafe-inline'"]) {
      const answer = await fetch(`http://127.0.0.1:${server.ports.site}/`, { headers: { host } }).catch(
        () => undefined,
      );
      expect(answer?.headers.get('content-security-policy') ?? '').not.toContain('unsafe');
      expect(answer?.headers.get('content-security-policy') ?? '').not.toContain('*');
    }
  });
});

test('no answer of any port is guessed at, framed or told where one came from', async () => {
  const { site, api, ws, ops } = server.ports;
  for (const [port, path] of [
    ...['/', '/nothing', '/api/v1/server', '/api/nothing', '/v1/socket'].map((path) => [site, path] as const),
    ...['/v1/server', '/v1/me', '/nothing', '/openapi.json', '/asyncapi.json', '/reference', '/user/login'].map(
      (path) => [api, path] as const,
    ),
    ...['/', '/v1/socket', '/ws', '/v1/stream'].map((path) => [ws, path] as const),
    ...['/healthz', '/readyz', '/metrics', '/nothing'].map((path) => [ops, path] as const),
  ]) {
    const { headers } = await fetch(`http://127.0.0.1:${port}${path}`);
    expect([port, path, headers.get('x-content-type-options')]).toEqual([port, path, 'nosniff']);
    expect([path, headers.get('server'), headers.get('x-powered-by'), headers.get('set-cookie')]).toEqual([
      path,
      null,
      null,
      null,
    ]);
    if (!headers.get('content-type')?.startsWith('text/html')) continue;
    expect([path, headers.get('referrer-policy')]).toEqual([path, 'no-referrer']);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
});
