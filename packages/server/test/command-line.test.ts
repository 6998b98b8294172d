import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parley, type Ran } from './run-parley.ts';
import { ServerProcess } from './server-process.ts';
import { http, SocketClient } from './socket-client.ts';

const newData = (): string => mkdtempSync(join(tmpdir(), 'parley-data-'));

describe('parley', () => {
  test('says what it can do, and its version', async () => {
    const help = await parley(['--help']);
    for (const command of ['start', 'doctor', 'healthcheck', 'config', 'user', 'import'])
      expect(help.out).toContain(command);
    expect((await parley(['--version'])).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('names an unknown command and an unknown flag', async () => {
    const unknown = await parley(['strat']);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain('strat');
    const flag = await parley(['start', '--site-prot', '1']);
    expect(flag).toMatchObject({ code: 1, err: expect.stringContaining('--site-port') });
  });

  test('a taken port stops the start and names the key to change', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const { code, err } = await parley([
      'start',
      '--api-port',
      String(port),
      '--site-port',
      '0',
      '--ws-port',
      '0',
      '--tcp-ports',
      '0',
      '--ops-port',
      '0',
    ]);
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} is taken`);
    expect(err).toContain('api_port');
    holder.close();
  });

  test('roles that cannot work alone are refused, naming the setting that would let them', async () => {
    expect((await parley(['start', '--roles', 'connect'])).err).toContain('Set PARLEY_REGISTRY_URL');
    const { code, out } = await parley(['doctor', '--roles', 'connect']);
    expect([code, out]).toEqual([1, expect.stringContaining('Set PARLEY_REGISTRY_URL')]);
  });

  test('healthcheck tells a server that can serve from one that is not there', async () => {
    await using server = await ServerProcess.start();
    const healthcheck = (): Promise<Ran> =>
      parley(['healthcheck', '--ops-port', String(server.ports.ops), '--ops-host', '0.0.0.0'], {
        // A proxy for the world outside is not asked.
        env: { HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' },
      });
    expect(await healthcheck()).toMatchObject({ code: 0, out: expect.stringContaining('"status":"ready"') });
    await server.kill();
    expect(await healthcheck()).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing answers at http://127'),
    });
  });

  test('doctor finds a fresh machine fine, and a taken port not', async () => {
    const free = {
      PARLEY_SITE_PORT: '0',
      PARLEY_API_PORT: '0',
      PARLEY_WS_PORT: '0',
      PARLEY_TCP_PORTS: '0',
      PARLEY_OPS_PORT: '0',
    };
    expect((await parley(['doctor'], { env: free })).code).toBe(0);
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const examined = await parley(['doctor'], { env: { ...free, PARLEY_API_PORT: String(port) } });
    expect(examined.code).toBe(1);
    expect(examined.out).toContain('api_port');
    holder.close();
  });

  test('config print shows every key and no secret', async () => {
    const { code, out } = await parley(['config', 'print'], {
      env: { PARLEY_STORE_URL: 'sqlite://user:hunter2@host/file' },
    });
    expect(code).toBe(0);
    expect(out).toContain('site_port = 8080');
    expect(out).not.toContain('hunter2');
  });

  test('user create, make-administrator and reset-password work while the server runs', async () => {
    await using server = await ServerProcess.start();
    const { dataDir } = server;
    expect((await parley(['user', 'create', 'olga'], { dataDir, input: 'correct horse battery\n' })).out).toContain(
      'Created olga',
    );
    expect((await parley(['user', 'make-administrator', 'olga'], { dataDir })).code).toBe(0);
    const signIn = (password: string) =>
      http<{ token: string; account: { isAdmin?: boolean } }>(`${server.apiUrl}/sessions`, {
        body: { userName: 'olga', password },
      });
    const first = await signIn('correct horse battery');
    expect(first.account.isAdmin).toBe(true);
    const socket = await SocketClient.hello(server.socketUrl, first.token);
    expect((await parley(['user', 'reset-password', 'olga'], { dataDir, input: 'another horse battery\n' })).code).toBe(
      0,
    );
    expect(await socket.closed).toBe(4501);
    await expect(signIn('correct horse battery')).rejects.toThrow('wrong-credentials');
    await signIn('another horse battery');
    expect(await parley(['user', 'create', 'olga'], { dataDir, input: 'correct horse battery\n' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('taken'),
    });
    expect((await parley(['user', 'create', 'x'], { dataDir, input: 'short\n' })).code).toBe(1);
  }, 90_000);

  test('a start tells of a file with passwords that everybody can read, without showing them', async () => {
    const file = join(newData(), 'parley.toml');
    writeFileSync(file, 'presence_url = "redis://:hunter2@127.0.0.1:6379/0"\n');
    chmodSync(file, 0o644);
    const start = ['start', '--config', file, '--roles', 'connect'];
    const warning = `Every user of this machine can read ${file}, which holds secrets (presence_url): chmod 600`;
    const exposed = await parley(start);
    expect([exposed.code, exposed.err]).toEqual([1, expect.stringContaining(warning)]);
    expect(exposed.err).not.toContain('hunter2');
    chmodSync(file, 0o600);
    expect((await parley(start)).err).not.toContain('Every user');
  });

  test('what a cluster has in a store of its own is not looked for in a file', async () => {
    const dataDir = newData();
    mkdirSync(join(dataDir, 'cluster/postgres/data'), { recursive: true });
    const input = 'correct horse battery\n';
    for (const args of [
      ['user', 'create', 'olga'],
      ['user', 'reset-password', 'olga'],
      ['user', 'make-administrator', 'olga'],
      ['import', 'gochat', 'gochat.sqlite3'],
    ])
      expect(await parley(args, { dataDir, input })).toMatchObject({
        code: 1,
        err: expect.stringContaining(`the cluster on ${join(dataDir, 'cluster')}, which does not run`),
      });
    expect(existsSync(join(dataDir, 'parley.sqlite'))).toBe(false);
    const env = { PARLEY_STORE_URL: `sqlite:${join(dataDir, 'parley.sqlite')}` };
    expect((await parley(['user', 'create', 'olga'], { dataDir, input, env })).out).toContain('Created olga');
  }, 90_000);

  test('import gochat keeps ids and lets imported users sign in, with argon2id from then on', async () => {
    const file = join(newData(), 'gochat.sqlite3');
    using seed = new Database(file);
    seed.run(
      "create table user(id integer primary key autoincrement, user_name varchar(20) not null unique default '', password char(40) not null default '', create_time timestamp not null default current_timestamp)",
    );
    const sha1 = createHash('sha1').update('secret').digest('hex');
    seed.run('insert into user(id, user_name, password) values (17, ?, ?)', ['gopher', sha1]);
    await using server = await ServerProcess.start();
    const { dataDir } = server;
    expect((await parley(['import', 'gochat', file], { dataDir })).out).toContain('Imported 1 users');
    expect((await parley(['import', 'gochat', file], { dataDir })).out).toContain('1 were there already');
    const { account, token } = await http<{ account: { id: number }; token: string }>(`${server.apiUrl}/sessions`, {
      body: { userName: 'gopher', password: 'secret' },
    });
    expect(account.id).toBe(17);
    const { items } = await http<{ items: { title: string }[] }>(`${server.apiUrl}/conversations`, { token });
    expect(items.map(({ title }) => title)).toEqual(['Lobby']);
    using database = new Database(join(dataDir, 'parley.sqlite'), { readonly: true });
    expect(database.query('select password_hash as hash from users where id = 17').get()).toEqual({
      hash: expect.stringContaining('$argon2id$'),
    });
    expect((await parley(['import', 'gochat', join(dataDir, 'parley.log')], { dataDir })).code).toBe(1);
  }, 90_000);
});
