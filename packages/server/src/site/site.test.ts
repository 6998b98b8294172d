import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSite, type Site } from './site.ts';

const root = mkdtempSync(join(tmpdir(), 'parley-site-'));
const folder = join(root, 'dist');
const script = `export const text = '${'parley '.repeat(400)}';`;
const defects: Error[] = [];
let site: Site;

beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(root, 'secret.js'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Parley</title>');
  writeFileSync(join(folder, '.env.json'), '{}');
  writeFileSync(join(folder, 'assets', 'main-AbCd1234.js'), script);
  writeFileSync(join(folder, 'assets', 'main-AbCd1234.js.map'), '{}');
  writeFileSync(join(folder, 'assets', 'page-AbCd1234.css'), 'a{}');
  writeFileSync(join(folder, 'assets', 'page-AbCd1234.css.br'), 'packed');
  site = startSite({
    folder,
    host: '127.0.0.1',
    port: 0,
    onDefect: (error) => void defects.push(error),
    api: {
      fetch: async (request, address, under) => {
        const url = new URL(request.url).pathname;
        if (url === '/api/defect') throw new Error('the secret path');
        return Response.json({ url, address, under });
      },
    },
    socket: {
      websocket: { message: (socket, text) => void socket.send(text) },
      settled: Promise.resolve(),
      tryUpgrade: (request, server) => {
        if (!request.url.endsWith('/v1/socket')) return undefined;
        return server.upgrade(request, { data: undefined })
          ? 'upgraded'
          : new Response('no handshake', { status: 426 });
      },
    },
  });
});
afterAll(async () => {
  await site.stop();
  rmSync(root, { recursive: true });
});

const get = (path: string, init: BunFetchRequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${site.port}${path}`, init);

describe('site', () => {
  test('the page is served at the root, asked for anew each time, with a strict policy', async () => {
    const response = await get('/');
    expect(await response.text()).toContain('<title>Parley</title>');
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toBe('no-cache');
    const policy = response.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${site.port} wss://127.0.0.1:${site.port}`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(response.headers.get('Referrer-Policy')).toBe('no-referrer');
  });

  test('hashed assets may be kept for ever, and a known one is not sent again', async () => {
    const response = await get('/assets/main-AbCd1234.js', { headers: { 'Accept-Encoding': 'identity' } });
    expect(await response.text()).toBe(script);
    expect(response.headers.get('Cache-Control')).toContain('immutable');
    const again = await get('/', { headers: { 'If-None-Match': (await get('/')).headers.get('ETag') ?? '' } });
    expect(again.status).toBe(304);
  });

  test('a file is known by its content, whatever time it has: two nodes name the same one alike', async () => {
    const path = join(folder, 'index.html');
    const etagOf = async (comment: string, time: number): Promise<string | null> => {
      writeFileSync(path, `<!doctype html><title>Parley</title><!-- ${comment} -->`);
      utimesSync(path, time, time);
      return (await get('/')).headers.get('ETag');
    };
    const first = await etagOf('one', 1_000);
    expect(await etagOf('two', 2_000)).not.toBe(first);
    expect(await etagOf('one', 3_000)).toBe(first);
  });

  test('what the build packed is used, and the rest is packed here', async () => {
    const brotli = await get('/assets/page-AbCd1234.css', {
      headers: { 'Accept-Encoding': 'gzip, br' },
      decompress: false,
    });
    expect([brotli.headers.get('Content-Encoding'), await brotli.text()]).toEqual(['br', 'packed']);
    const gzip = await get('/assets/main-AbCd1234.js', { headers: { 'Accept-Encoding': 'gzip' }, decompress: false });
    expect(gzip.headers.get('Content-Encoding')).toBe('gzip');
    expect(new TextDecoder().decode(Bun.gunzipSync(new Uint8Array(await gzip.arrayBuffer())))).toBe(script);
  });

  test.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/assets/..\\..\\secret.js',
    '//secret.js',
    '/.env.json',
    '/assets/main-AbCd1234.js.map',
    '/assets/page-AbCd1234.css.br',
    '/assets',
    '/src/main.tsx',
    '/package.json',
    '/elsewhere',
  ])('seed: %s is not served', async (path) => {
    expect(await rawStatus(path)).toBe(404);
  });

  test('what a new build took away is not found, and what it brought is', async () => {
    const [older, newer] = ['/assets/panel-AbCd1234.js', '/assets/panel-EfGh5678.js'];
    writeFileSync(join(folder, older), 'older');
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Parley</title><!-- older -->');
    await get('/');
    expect((await get(older)).status).toBe(200);
    rmSync(join(folder, older));
    writeFileSync(join(folder, newer), 'newer');
    expect((await get(older)).status).toBe(404);
    expect(await (await get(newer)).text()).toBe('newer');
  });

  test('a defect is answered with nothing of itself, and told once', async () => {
    const answer = await get('/api/defect');
    expect([answer.status, await answer.text()]).toEqual([500, 'Internal error\n']);
    expect(defects.map(({ message }) => message)).toEqual(['the secret path']);
  });

  test('pages can only be read', async () => {
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    const head = await get('/', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('the API answers below /api, and sockets on the same origin', async () => {
    expect(await (await get('/api/v1/me')).json()).toEqual({ url: '/api/v1/me', address: '127.0.0.1', under: '/api' });
    expect((await get('/apis')).status).toBe(404);
    const socket = new WebSocket(`ws://127.0.0.1:${site.port}/v1/socket`);
    const echoed = Promise.withResolvers<unknown>();
    socket.onopen = () => socket.send('hello');
    socket.onmessage = ({ data }) => echoed.resolve(data);
    expect(await echoed.promise).toBe('hello');
    socket.close();
    expect((await get('/v1/socket')).status).toBe(426);
  });

  test('seed: it starts alone, and says what to do while the page is not built', async () => {
    const late = join(root, 'late');
    const alone = startSite({
      folder: late,
      host: '127.0.0.1',
      port: 0,
      onDefect: (error) => void defects.push(error),
    });
    const missing = await fetch(`http://127.0.0.1:${alone.port}/`);
    expect(missing.status).toBe(503);
    expect(await missing.text()).toContain('npm run build');
    expect((await fetch(`http://127.0.0.1:${alone.port}/api/v1/me`)).status).toBe(503);
    mkdirSync(late);
    writeFileSync(join(late, 'index.html'), 'built');
    expect(await (await fetch(`http://127.0.0.1:${alone.port}/`)).text()).toBe('built');
    writeFileSync(join(late, 'index.html'), 'built again');
    writeFileSync(join(late, 'new.js'), 'new');
    expect(await (await fetch(`http://127.0.0.1:${alone.port}/`)).text()).toBe('built again');
    expect((await fetch(`http://127.0.0.1:${alone.port}/new.js`)).status).toBe(200);
    await alone.stop();
  });
});

/** Asks for a path exactly as it is written. */
async function rawStatus(path: string): Promise<number> {
  const answered = Promise.withResolvers<string>();
  const socket = connect(site.port, '127.0.0.1', () =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n`),
  );
  socket.once('data', (bytes) => answered.resolve(bytes.toString()));
  socket.once('error', (error) => answered.reject(error));
  const status = Number((await answered.promise).split(' ')[1]);
  socket.destroy();
  return status;
}
