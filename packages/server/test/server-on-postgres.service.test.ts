import { expect, test } from 'bun:test';
import { SQL } from 'bun';
import { Guest } from './guest.ts';
import { parley } from './run-parley.ts';
import { ServerProcess } from './server-process.ts';
import { postgresKind, postgresUrl } from './services/postgres.ts';
import { describeWith, Service } from './services/service.ts';

/** A push that was lost is found by the next head, within 30 s. */
const slow = 180_000;

describeWith(postgresKind, () => {
  test(
    'D1 D6 F5 a chat on PostgreSQL outlives the server’s end, PostgreSQL’s end and every connection cut, with what was said in it',
    async () => {
      await using postgres = await Service.start(postgresKind);
      await using server = await ServerProcess.start({ PARLEY_STORE_URL: postgresUrl(postgres.port) });
      await using ann = await Guest.enter(server);
      await using ben = await Guest.enter(server);
      await ann.tells(ben, 'before');
      await ask(postgres, 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()');
      await ann.tells(ben, 'cut off');
      await postgres.kill();
      const late = ann.tells(ben, 'killed');
      await until(async () => (await readiness(server)) === 503);
      await postgres.start();
      await late;
      await until(async () => (await readiness(server)) === 200);
      await server.kill();
      await server.start();
      await ben.tells(ann, '北京 after all');
      await using cat = await Guest.enter(server);
      await until(async () => cat.texts.length === 4);
      expect(cat.texts).toEqual(['before', 'cut off', 'killed', '北京 after all']);
      await until(async () => (await found(cat, '北京')).length === 1);
    },
    slow,
  );

  test('what cannot be used is said at the start, without the password', async () => {
    await using postgres = await Service.start(postgresKind);
    const url = new URL(postgresUrl(postgres.port, 'nonesuch'));
    url.password = 'hunter2';
    const missing = await parley(['start'], { env: { PARLEY_STORE_URL: url.href } });
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain(`postgres://127.0.0.1:${postgres.port}/nonesuch cannot be opened`);
    expect(missing.err).toContain('"nonesuch" does not exist');
    expect(missing.err + missing.out).not.toContain('hunter2');
  });

  test(
    'the command line works on the same accounts',
    async () => {
      await using postgres = await Service.start(postgresKind);
      const options = { env: { PARLEY_STORE_URL: postgresUrl(postgres.port) }, input: 'correct horse battery\n' };
      expect((await parley(['user', 'create', 'ann'], options)).code).toBe(0);
      expect((await parley(['user', 'create', 'ann'], options)).code).toBe(1);
      expect((await parley(['doctor'], options)).out).toContain('The store opens; 1 users');
    },
    slow,
  );
});

async function found(guest: Guest, query: string): Promise<readonly unknown[]> {
  return (await guest.client.conversations.search({ query })).items;
}

async function ask(postgres: Service, text: string): Promise<void> {
  const client = new SQL({ url: postgresUrl(postgres.port), max: 1 });
  await client.unsafe(text);
  await client.close({ timeout: 0 });
}

async function readiness(server: ServerProcess): Promise<number> {
  return (await fetch(`${server.opsUrl}/readyz`)).status;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(50);
}
