import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createClient, type ParleyClient } from '@parley/sdk';
import { SQL } from 'bun';
import { parley, type Ran } from './run-parley.ts';
import { etcdKind } from './services/etcd.ts';
import { postgresKind } from './services/postgres.ts';
import { redisKind } from './services/redis.ts';
import { describeWith, Service } from './services/service.ts';
import { UpProcess } from './up-process.ts';

const slow = 240_000;
/** Nothing of a cluster goes through the proxy for the world outside, which is not there. */
const proxies = { HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' };
const quickDrain = { PARLEY_DRAIN_MS: '300', ...proxies };
const few = ['--connect', '1', '--logic', '1', '--task', '1'];

test('without the programs it says in one line how to install all of them', async () => {
  const { code, err } = await parley(['up', '--cluster'], { env: { PATH: '/nonexistent' } });
  expect(code).toBe(1);
  for (const part of ['etcd', 'redis', 'apt-get install --yes etcd-server redis-server']) expect(err).toContain(part);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test.each([
  [['up', '--connect', '2'], '--cluster'],
  [['up', '--cluster', '--connect', '0'], '--connect takes a number from 1'],
  [['up', '--cluster', '--roles', 'logic'], 'roles'],
  [['up', '--cluster', '--store-url', 'sqlite:/tmp/x.sqlite'], 'store_url'],
  [['rollout'], 'No cluster runs on'],
])('%p is refused, and says why', async (args, part) => {
  const { code, err } = await parley(args);
  expect(code).toBe(1);
  expect(err).toContain(part);
});

describeWith(etcdKind, () =>
  describeWith(redisKind, () =>
    describeWith(postgresKind, () => {
      test(
        'a cluster starts with one command, restarts what dies, keeps what it was told, and leaves no process behind',
        async () => {
          await using up = await UpProcess.prepare(few, quickDrain);
          await leaveOpenEngines(join(up.dataDir, 'cluster'));
          await up.start();
          await say(up, 'before');
          for (const name of ['secret', 'engines-secret', 'store-url'])
            expect(statSync(join(up.dataDir, 'cluster', name)).mode & 0o777).toBe(0o600);
          await expectPasswords(up);
          expect((await parley(['up', '--cluster'], { dataDir: up.dataDir })).err).toContain('already');

          const [connect] = (await up.members()).filter(({ name }) => name === 'connect-1');
          process.kill(connect?.pid ?? 0, 'SIGKILL');
          await until(async () => up.lines.some((line) => line.includes('was ended by SIGKILL; it starts again')));
          await until(async () => (await up.members()).every(({ isReady }) => isReady));
          expect((await up.members()).find(({ name }) => name === 'connect-1')?.pid).not.toBe(connect?.pid);
          const metrics = await up.metrics();
          for (const process of ['logic-1', 'task-1', 'connect-1', 'api-1'])
            expect(metrics).toContain(`parley_process_up{process="${process}"} 1\n`);
          expect(metrics).toMatch(/parley_connections\{process="connect-1"\} \d/);

          expect(await up.end('SIGTERM')).toBe(0);
          expect(up.pids()).toEqual([]);
          await up.start();
          expect(await texts(up)).toContain('before');

          await up.end('SIGKILL');
          await until(async () => up.pids().length === 0);
          expect(existsSync(join(up.dataDir, 'cluster/guard.pid'))).toBe(false);
          expect(existsSync(join(up.dataDir, 'cluster/store-url'))).toBe(true);
          expect(await makeUser(up)).toMatchObject({ code: 1, err: expect.stringContaining('which does not run') });
          await up.start();
          expect(await texts(up)).toContain('before');
        },
        slow,
      );

      test(
        'while its engines start it is not joined by a second one; killed then, it leaves none of them behind',
        async () => {
          await using up = await UpProcess.prepare(few, quickDrain);
          const started = up.start().catch((error: Error) => error.message);
          await until(async () => existsSync(join(up.dataDir, 'cluster/etcd.log')));
          const second = await parley(['up', '--cluster'], { dataDir: up.dataDir });
          expect([second.code, second.err]).toEqual([1, expect.stringContaining(`(process ${up.pid})`)]);
          await up.end('SIGKILL');
          expect(await started).toContain('It ended with code 137');
          await until(async () => up.pids().length === 0);
        },
        slow,
      );

      test(
        'a rollout in which a new process does not start ends there, and the old ones go on',
        async () => {
          await using up = await UpProcess.start(few, quickDrain);
          const before = await up.members();
          const log = join(up.dataDir, 'cluster/task-1/parley.log');
          rmSync(log);
          mkdirSync(log);
          const { code, out } = await up.rollout();
          expect(code).toBe(1);
          expect(out).toContain('1 of 4 processes restarted');
          expect(out).toContain('task-1 does not start');
          const after = await up.members();
          expect(after.every(({ isReady }) => isReady)).toBe(true);
          expect(after.filter(({ pid }) => before.some((each) => each.pid === pid)).map(({ name }) => name)).toEqual([
            'task-1',
            'connect-1',
            'api-1',
          ]);
        },
        slow,
      );
    }),
  ),
);

/** What a version left whose private engines let in everybody, and what a full disk left of its secret. */
async function leaveOpenEngines(folder: string): Promise<void> {
  const kinds = [etcdKind, redisKind, postgresKind];
  const places = kinds.map((kind) => ({ kind, within: dirname(folder), folder: join(folder, kind.name) }));
  for (const place of places) mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'secret'), '');
  const engines = await Promise.all(places.map(({ kind, ...place }) => Service.start(kind, place)));
  await Promise.all(engines.map((engine) => engine.stop()));
}

/** The private store lets in whoever has its address from the file, as commands on this data have, and nobody else. */
async function expectPasswords(up: UpProcess): Promise<void> {
  const path = join(up.dataDir, 'cluster/store-url');
  const url = readFileSync(path, 'utf8');
  await using stranger = new SQL({ url: url.replace(/:[0-9a-f]{64}@/, '@'), max: 1 });
  expect(await stranger.unsafe('select 1').catch(() => 'refused')).toBe('refused');
  expect(up.lines.join('\n')).not.toContain(url);
  expect(await makeUser(up)).toMatchObject({ code: 0, out: expect.stringContaining('Created olga') });
  expect(existsSync(join(up.dataDir, 'parley.sqlite'))).toBe(false);
  await using store = new SQL({ url, max: 1 });
  expect(await store.unsafe(`select 1 as found from users where name = 'olga'`)).toHaveLength(1);
}

function makeUser(up: UpProcess): Promise<Ran> {
  return parley(['user', 'create', 'olga'], { dataDir: up.dataDir, input: 'correct horse battery\n' });
}

/** A guest in the lobby, over the page's origin. */
async function inLobby<Result>(up: UpProcess, work: (client: ParleyClient) => Promise<Result>): Promise<Result> {
  await using client = createClient({ url: up.url });
  await client.connect();
  await client.account.guest({ displayName: 'Guest' });
  return await work(client);
}

async function say(up: UpProcess, text: string): Promise<void> {
  await inLobby(up, (client) => client.conversation(1).sendAndWait(text));
}

async function texts(up: UpProcess): Promise<readonly string[]> {
  const { items } = await inLobby(up, (client) => client.request('message.history', { conversationId: 1 }));
  return items.flatMap(({ content }) => (content?.type === 'text' ? [content.text] : []));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await Bun.sleep(50);
}
