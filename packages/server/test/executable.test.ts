import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@parley/sdk';
import type { Subprocess } from 'bun';
import { freePort } from './free-port.ts';

const root = join(import.meta.dir, '../../..');
const page = join(root, 'packages/web/dist');
const folder = mkdtempSync(join(tmpdir(), 'parley-executable-'));
const program = join(folder, 'bin', process.platform === 'win32' ? 'parley.exe' : 'parley');
const emptyFolder = join(folder, 'empty');
/** The build is quick; a busy machine is not. */
const slow = 180_000;

let flags: readonly string[];
let url: string;
let opsUrl: string;
let server: Subprocess | undefined;

beforeAll(async () => {
  const { exitCode, stderr } = Bun.spawnSync(
    [process.execPath, 'scripts/executable/build.ts', '--out', join(folder, 'bin')],
    { cwd: root },
  );
  if (exitCode !== 0) throw new Error(stderr.toString());
  await Bun.$`mkdir ${emptyFolder}`;
  const [site, api, ws, tcp, ops] = await Promise.all(Array.from({ length: 5 }, freePort));
  flags = Object.entries({ site, api, ws, ops }).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  flags = [...flags, '--tcp-ports', String(tcp), '--drain-ms', '100'];
  [url, opsUrl] = [`http://127.0.0.1:${site}`, `http://127.0.0.1:${ops}`];
}, slow);

afterAll(async () => {
  server?.kill('SIGKILL');
  await server?.exited;
  rmSync(folder, { recursive: true });
});

/** Runs the executable with an empty environment, in a folder where nothing of ours is. */
function spawn(args: readonly string[]): Subprocess<'ignore', 'pipe', 'pipe'> {
  return Bun.spawn([program, ...args], { cwd: emptyFolder, env: {}, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
}

async function run(args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(args);
  const [code, out] = await Promise.all([child.exited, new Response(child.stdout).text()]);
  return { code, out };
}

async function start(): Promise<void> {
  const child = spawn(['start', ...flags]);
  server = child;
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(await new Response(child.stderr).text());
    await Bun.sleep(20);
  }
}

function isReady(): Promise<boolean> {
  return fetch(`${opsUrl}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function kill(): Promise<void> {
  server?.kill('SIGKILL');
  await server?.exited;
}

describe('the executable, alone in an empty folder with an empty environment', () => {
  test('knows its version, and finds that it can start', async () => {
    const { version } = (await Bun.file(join(root, 'package.json')).json()) as { readonly version: string };
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n` });
    expect(await run(['doctor', ...flags])).toMatchObject({ code: 0, out: expect.stringContaining('The store opens') });
  });

  test('has the clients of every engine in it', async () => {
    const { out } = await run(['doctor', ...flags, '--queue-url', 'kafka://127.0.0.1:1']);
    expect(out).toContain('Connection to 127.0.0.1:1 failed');
  });

  test('reads nothing of the folder but parley.toml', async () => {
    writeFileSync(join(emptyFolder, '.env'), 'PARLEY_SERVER_NAME="From .env"\n');
    writeFileSync(join(emptyFolder, 'bunfig.toml'), 'preload = ["./preload.ts"]\n');
    writeFileSync(join(emptyFolder, 'preload.ts'), 'process.exit(99);\n');
    writeFileSync(join(emptyFolder, 'parley.toml'), 'session_days = 7\n');
    const { code, out } = await run(['config', 'print']);
    expect(code).toBe(0);
    expect(out).toContain('server_name = "Parley"');
    expect(out).toContain('session_days = 7');
    for (const name of ['.env', 'bunfig.toml', 'preload.ts', 'parley.toml']) rmSync(join(emptyFolder, name));
  });

  test(
    'serves the page it was built with, and the reference page, as the server does from a disk',
    async () => {
      await start();
      for await (const name of new Bun.Glob('**/*.{html,js,css,json,svg,webmanifest}').scan({ cwd: page })) {
        const answer = await fetch(`${url}/${name}`);
        expect([name, answer.status]).toEqual([name, 200]);
        expect(new Uint8Array(await answer.arrayBuffer())).toEqual(await Bun.file(join(page, name)).bytes());
        const again = await fetch(`${url}/${name}`, { headers: { 'If-None-Match': answer.headers.get('ETag') ?? '' } });
        expect(again.status).toBe(304);
        expect(answer.headers.get('Cache-Control')).toBe(
          /^assets\/.*-[\w-]{8,}\.\w+$/.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      }
      expect(await (await fetch(`${url}/`)).text()).toContain('<title>');
      for (const part of ['reference', 'reference/swagger-ui.js', 'reference/swagger-ui.css', 'openapi.json'])
        expect([part, (await fetch(`${url}/api/${part}`)).status]).toEqual([part, 200]);
    },
    slow,
  );

  test(
    'lets somebody sign up and write, and a kill -9 loses neither',
    async () => {
      if (!(await isReady())) await start();
      const [userName, password] = ['ann', 'correct horse battery'];
      await using first = createClient({ url });
      await first.connect();
      await first.account.register({ userName, password });
      await first.conversation(1).sendAndWait('from one file');
      await kill();
      await start();
      await using second = createClient({ url });
      await second.connect();
      await second.account.signIn({ userName, password });
      const found = await second.request('message.history', { conversationId: 1 });
      expect(JSON.stringify(found)).toContain('from one file');
    },
    slow,
  );

  test(
    'ends with 0 on SIGTERM',
    async () => {
      if (!(await isReady())) await start();
      server?.kill('SIGTERM');
      expect(await server?.exited).toBe(0);
    },
    slow,
  );
});

test('a target that is not known is refused, naming those that are', () => {
  const { exitCode, stderr } = Bun.spawnSync(
    [process.execPath, 'scripts/executable/build.ts', '--target', 'bun-plan9-x64'],
    { cwd: root },
  );
  expect([exitCode, stderr.toString()]).toEqual([1, expect.stringContaining('bun-linux-x64-musl')]);
});
