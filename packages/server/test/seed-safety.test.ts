import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '@parley/protocol';
import { SeedTcp, SeedWebSocket, seedPost } from './seed-client.ts';
import { ServerProcess } from './server-process.ts';

let server: ServerProcess;
let ports: ServerProcess['ports'];
beforeAll(async () => {
  server = await ServerProcess.start();
  ports = server.ports;
});
afterAll(() => server[Symbol.asyncDispose]());

async function register(userName: string): Promise<{ token: string; id: number }> {
  const { data: token } = await seedPost<string>(ports.api, '/user/register', {
    userName,
    passWord: 'correct horse battery',
  });
  const { data } = await seedPost<{ userId: number }>(ports.api, '/user/checkAuth', { authToken: token });
  return { token, id: data.userId };
}

describe('the seed’s failures of security', () => {
  test('TCP sends need a sign-in, and fromUserId is ignored', async () => {
    const [a, b] = [await register('spoofer'), await register('victim')];
    const anonymous = await SeedTcp.open(ports.tcp[0]);
    anonymous.send({ op: 3, roomId: 1, msg: 'from nobody', fromUserId: b.id });
    await anonymous.closed;
    const tcp = await SeedTcp.enter(ports.tcp[0], a.token, 1);
    tcp.send({ op: 3, authToken: a.token, roomId: 1, msg: 'forged', fromUserId: b.id, fromUserName: 'victim' });
    expect(await tcp.message('forged')).toMatchObject({ fromUserId: a.id, fromUserName: 'spoofer' });
    expect(tcp.pushes.some((push) => push.msg === 'from nobody')).toBe(false);
    tcp.close();
  });

  test('nobody posts to a room they are not in', async () => {
    const [a, b] = [await register('insider'), await register('outsider')];
    const ws = await SeedWebSocket.enter(ports.ws, a.token, 77);
    expect(
      (await seedPost(ports.api, '/push/pushRoom', { authToken: b.token, msg: 'intruding', roomId: 77 })).code,
    ).toBe(1);
    expect((await seedPost(ports.api, '/push/pushRoom', { authToken: a.token, msg: 'at home', roomId: 77 })).code).toBe(
      0,
    );
    await ws.message('at home');
    expect(ws.pushes.some((push) => push.msg === 'intruding')).toBe(false);
    ws.close();
  });

  test('no profiler and no source is served', async () => {
    for (const path of [
      '/debug/pprof/',
      '/debug/pprof/heap',
      '/main.go',
      '/package.json',
      '/src/main.tsx',
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/../../package.json',
    ]) {
      for (const port of [ports.api, ports.ws, ports.site]) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`);
        const body = await answer.text();
        expect(body).not.toContain('workspaces');
        expect(body).not.toContain('createRoot(');
        expect(body).not.toContain('goroutine');
      }
    }
  });

  test('passwords are argon2id, tokens only hashes', async () => {
    const { token, id } = await register('hashed');
    using database = new Database(join(server.dataDir, 'parley.sqlite'), { readonly: true });
    const { password_hash } = database.query('select password_hash from users where id = ?').get(id) as {
      password_hash: string;
    };
    expect(password_hash).toStartWith('$argon2id$');
    expect(database.query('select count(*) as n from devices where token_hash = ?').get(token)).toEqual({ n: 0 });
    expect(readFileSync(join(server.dataDir, 'parley.log'), 'utf8')).not.toContain(token);
  });

  test('signing out closes the sockets of that device', async () => {
    const { token } = await register('leaver');
    const [ws, tcp] = [await SeedWebSocket.enter(ports.ws, token, 1), await SeedTcp.enter(ports.tcp[0], token, 1)];
    await seedPost(ports.api, '/user/logout', { authToken: token });
    await Promise.all([ws.closed, tcp.closed]);
  });

  test('600 sign-ins at once all get an answer, and every session made has an end', async () => {
    await register('crowd');
    const answers = await Promise.all(
      Array.from({ length: 600 }, () =>
        seedPost<string | null>(ports.api, '/user/login', { userName: 'crowd', passWord: 'correct horse battery' }),
      ),
    );
    const tokens = answers.flatMap(({ code, data }) => (code === 0 && data !== null ? [data] : []));
    expect(answers.every(({ code }) => code === 0 || code === 1)).toBe(true);
    using database = new Database(join(server.dataDir, 'parley.sqlite'), { readonly: true });
    const { endless, kept } = database
      .query(
        "select count(*) filter (where expires_at is null or expires_at <= created_at) as endless, count(*) filter (where user_id = (select id from users where name = 'crowd')) as kept from devices",
      )
      .get() as { endless: number; kept: number };
    expect(endless).toBe(0);
    expect(kept).toBeLessThanOrEqual(limits.devicesPerUserMax);
    expect(tokens.length).toBeGreaterThan(0);
  }, 60_000);

  test(
    'sockets that never authenticate are closed within the deadline',
    async () => {
      const [ws, tcp] = [await SeedWebSocket.open(ports.ws), await SeedTcp.open(ports.tcp[0])];
      await Promise.all([ws.closed, tcp.closed]);
    },
    limits.authDeadlineMs + 10_000,
  );

  test('only the documented ports listen, operations on loopback', async () => {
    const { stdout } = Bun.spawnSync(['ss', '-ltnpH']);
    const own = stdout
      .toString()
      .split('\n')
      .filter((row) => row.includes(`pid=${server.pid},`))
      .map((row) => row.trim().split(/\s+/)[3] ?? '');
    const expected = [ports.site, ports.api, ports.ws, ...ports.tcp, ports.ops].map((port) => `127.0.0.1:${port}`);
    expect(own.toSorted()).toEqual(expected.toSorted());
  });
});

describe('the seed’s failures of cost and state', () => {
  test('no log line per recipient', async () => {
    const { token } = await register('quiet');
    const sockets = await Promise.all(Array.from({ length: 20 }, () => SeedWebSocket.enter(ports.ws, token, 88)));
    const lines = () => readFileSync(join(server.dataDir, 'parley.log'), 'utf8').split('\n').length;
    const before = lines();
    for (let index = 0; index < 50; index++)
      await seedPost(ports.api, '/push/pushRoom', { authToken: token, msg: `quiet ${index}`, roomId: 88 });
    await Promise.all(sockets.map((socket) => socket.message('quiet 49')));
    expect(lines() - before).toBeLessThan(10);
    for (const socket of sockets) socket.close();
  });

  test('after a crash nobody stays online for ever: counts come from live sockets', async () => {
    const [a, b] = [await register('ghost'), await register('counter')];
    await SeedWebSocket.enter(ports.ws, a.token, 99);
    await SeedWebSocket.enter(ports.ws, b.token, 99);
    await server.kill();
    await server.start();
    const ws = await SeedWebSocket.enter(ports.ws, b.token, 99);
    await seedPost(ports.api, '/push/count', { authToken: b.token, roomId: 99 });
    expect(await ws.push((push) => push.op === 4)).toEqual({ op: 4, count: 1 });
    ws.close();
  });
});
