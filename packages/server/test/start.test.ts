import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeCodes, type Result } from '@parley/protocol';
import { parley, type Ran } from './run-parley.ts';
import { ServerProcess } from './server-process.ts';
import { http, SocketClient } from './socket-client.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-start-'));
const anyPorts = {
  PARLEY_SITE_PORT: '0',
  PARLEY_API_PORT: '0',
  PARLEY_WS_PORT: '0',
  PARLEY_TCP_PORTS: '0',
  PARLEY_OPS_PORT: '0',
};

function expectClear({ code, err }: Ran, ...parts: readonly string[]): void {
  expect(code).toBe(1);
  for (const part of parts) expect(err).toContain(part);
  expect(err).toStartWith('parley: ');
  expect(err.trimEnd().split('\n')).toHaveLength(1);
}

describe('a start that cannot succeed says so in one line', () => {
  test('a second server on the same data', async () => {
    await using server = await ServerProcess.start();
    const second = await parley(['start'], { dataDir: server.dataDir, env: anyPorts });
    expectClear(second, 'Another server works on', 'parley.sqlite', 'data_dir');
    const elsewhere = { ...anyPorts, PARLEY_STORE_URL: `sqlite:${join(server.dataDir, 'parley.sqlite')}` };
    expectClear(await parley(['start'], { dataDir: newFolder(), env: elsewhere }), 'Another server works on');
    expect(
      (await parley(['user', 'create', 'olga'], { dataDir: server.dataDir, input: 'correct horse battery\n' })).code,
    ).toBe(0);
    await server.kill();
    await server.start();
  }, 60_000);

  test('data of a newer version', async () => {
    const dataDir = newFolder();
    expect((await parley(['user', 'create', 'olga'], { dataDir, input: 'correct horse battery\n' })).code).toBe(0);
    const database = new Database(join(dataDir, 'parley.sqlite'));
    database.run("insert into kysely_migration (name, timestamp) values ('9999-later', '')");
    database.close();
    expectClear(await parley(['start'], { dataDir, env: anyPorts }), 'newer version of Parley', '9999-later');
  });

  test('data that is no database', async () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'parley.sqlite'), 'not a database '.repeat(1_000));
    expectClear(await parley(['start'], { dataDir, env: anyPorts }), 'parley.sqlite', 'not a database');
  });

  test('a data folder that cannot be made or written', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    expectClear(
      await parley(['start'], { dataDir: join(file, 'data'), env: anyPorts }),
      join(file, 'data'),
      'data_dir',
    );
    expectClear(await parley(['start'], { dataDir: '/proc/parley', env: anyPorts }), '/proc/parley', 'data_dir');
  });

  test.each([
    ['PARLEY_SITE_PORT', '65536'],
    ['PARLEY_SITE_PORT', '80 80'],
    ['PARLEY_TCP_PORTS', '7001,x'],
    ['PARLEY_ROLES', 'conect'],
    ['PARLEY_STORE_URL', 'oracle://u:hunter2@h/d'],
    ['PARLEY_RATE_LIMITS', 'maybe'],
    ['PARLEY_ALLOWED_ORIGINS', 'https://a.example/path'],
    ['PARLEY_SESSION_DAYS', '0'],
    ['PARLEY_DRAIN_MS', '-1'],
    ['PARLEY_LOG_LEVEL', 'loud'],
    ['PARLEY_SOCKETS_PER_USER', '1.5'],
  ])('%s = %s', async (name, value) => {
    const ran = await parley(['start'], { env: { ...anyPorts, [name]: value } });
    expectClear(ran, name);
    expect(ran.err).not.toContain('hunter2');
  });
});

test('everything in the data folder is its owner’s alone', async () => {
  await using server = await ServerProcess.start();
  await http<Result<'account.register'>>(`${server.apiUrl}/accounts`, {
    body: { userName: 'owner', password: 'correct horse battery' },
  });
  const found = readdirSync(server.dataDir, { recursive: true, withFileTypes: true });
  expect(found.map((entry) => entry.name)).toContain('parley.sqlite-wal');
  for (const entry of found) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
    expect([entry.name, mode]).toEqual([entry.name, entry.isDirectory() ? 0o700 : 0o600]);
  }
});

test('F1 a process killed at any moment of its first start leaves nothing that stops the next', async () => {
  const dataDir = newFolder();
  const input = 'correct horse battery\n';
  for (let round = 0; round < 12; round++) {
    const data = join(dataDir, String(round));
    const env = { ...process.env, PARLEY_DATA_DIR: data, ...anyPorts };
    const main = join(import.meta.dir, '../src/main.ts');
    const child = Bun.spawn([process.execPath, main, 'start'], { env, stdout: 'ignore', stderr: 'ignore' });
    await Bun.sleep(150 + Math.random() * 500);
    child.kill('SIGKILL');
    await child.exited;
    expect(await parley(['user', 'create', 'after'], { dataDir: data, input })).toMatchObject({ code: 0 });
    using database = new Database(join(data, 'parley.sqlite'), { readonly: true });
    expect(database.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  }
}, 120_000);

test('F1 an import that is killed can be repeated until everyone is there once', async () => {
  const folder = newFolder();
  const file = join(folder, 'gochat.sqlite3');
  const people = 5_000;
  const seed = new Database(file);
  seed.run('create table user(id integer primary key, user_name text, password text, create_time text)');
  seed.run('begin');
  for (let id = 1; id <= people; id++)
    seed.run("insert into user values (?, ?, ?, '2020-01-01 00:00:00')", [id, `person${id}`, 'a'.repeat(40)]);
  seed.run('commit');
  seed.close();
  const env = { ...process.env, PARLEY_DATA_DIR: join(folder, 'data') };
  const main = join(import.meta.dir, '../src/main.ts');
  for (let round = 0; round < 5; round++) {
    const child = Bun.spawn([process.execPath, main, 'import', 'gochat', file], {
      env,
      stdout: 'ignore',
      stderr: 'ignore',
    });
    await Bun.sleep(300 + Math.random() * 600);
    child.kill('SIGKILL');
    await child.exited;
  }
  expect((await parley(['import', 'gochat', file], { dataDir: join(folder, 'data') })).code).toBe(0);
  using database = new Database(join(folder, 'data', 'parley.sqlite'), { readonly: true });
  expect(
    database.query('select count(*) as count, max(id) as last from users where password_hash is not null').get(),
  ).toEqual({
    count: people,
    last: people,
  });
  expect(database.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
}, 60_000);

test('F19 who is connected on the page’s port is told to go before a process that stops closes it', async () => {
  // Longer than running requests of that port get.
  await using server = await ServerProcess.start({ PARLEY_DRAIN_MS: '4000' });
  const { token } = await http<{ readonly token: string }>(`${server.apiUrl}/guests`, { body: {} });
  const socket = await SocketClient.hello(`ws://127.0.0.1:${server.ports.site}/v1/socket`, token);
  const stopped = server.stop();
  expect(await socket.push('server.draining')).toMatchObject({ retryAfterMs: 0 });
  expect(await socket.closed).toBe(closeCodes.drain.code);
  expect(await stopped).toBe(0);
}, 60_000);
