import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guest } from './guest.ts';
import { parley } from './run-parley.ts';
import { ServerProcess } from './server-process.ts';
import type { DatabaseKind } from './services/database.ts';
import { describeWith, Service } from './services/service.ts';

/** A push that was lost is found by the next head, within 30 s. */
const slow = 180_000;

const database = 'store_of_a_server';

/** What holds for a whole server on a database, whichever that is. */
export function serverOnDatabase(kind: DatabaseKind): void {
  describeWith(kind.service, () => {
    outageRules(kind);
    startRules(kind);
  });
}

function outageRules(kind: DatabaseKind): void {
  test(
    `D1 D6 F5 a chat on ${kind.name} outlives the server’s end, ${kind.name}’s end and every connection cut, with what was said in it`,
    async () => {
      await using service = await Service.start(kind.service);
      await using server = await ServerProcess.start({ PARLEY_STORE_URL: await makeOn(service, kind) });
      await using ann = await Guest.enter(server);
      await using ben = await Guest.enter(server);
      await ann.tells(ben, 'before');
      await kind.cut(service, database);
      await ann.tells(ben, 'cut off');
      await service.kill();
      const late = ann.tells(ben, 'killed');
      await until(async () => (await readiness(server)) === 503);
      await service.start();
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
}

function startRules(kind: DatabaseKind): void {
  test('what cannot be used is said at the start, without the password', async () => {
    await using service = await Service.start(kind.service);
    const url = new URL(kind.urlOf(service.port, 'nonesuch'));
    url.password = 'hunter2';
    const missing = await parley(['start'], { env: { PARLEY_STORE_URL: url.href } });
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain(`${url.protocol}//127.0.0.1:${service.port}/nonesuch cannot be opened`);
    expect(missing.err).toContain(kind.refusal);
    expect(missing.err + missing.out).not.toContain('hunter2');
  });

  test(
    'who registers after users were imported with their ids gets an id of their own',
    async () => {
      await using service = await Service.start(kind.service);
      const options = { env: { PARLEY_STORE_URL: await makeOn(service, kind) }, input: 'correct horse battery\n' };
      const file = gochatFile(['ann', 'ben', 'cat']);
      expect((await parley(['import', 'gochat', file], options)).out).toContain('Imported 3 users');
      expect(await parley(['user', 'create', 'dan'], options)).toMatchObject({ code: 0, err: '' });
      expect((await parley(['import', 'gochat', file], options)).out).toContain('3 were there already');
      expect((await parley(['user', 'create', 'eve'], options)).code).toBe(0);
    },
    slow,
  );

  test(
    'the command line works on the same accounts',
    async () => {
      await using service = await Service.start(kind.service);
      const options = { env: { PARLEY_STORE_URL: await makeOn(service, kind) }, input: 'correct horse battery\n' };
      expect((await parley(['user', 'create', 'ann'], options)).code).toBe(0);
      expect((await parley(['user', 'create', 'ann'], options)).code).toBe(1);
      expect((await parley(['doctor'], options)).out).toContain('The store opens; 1 users');
    },
    slow,
  );
}

/** Their ids are 1, 2, 3 … */
function gochatFile(names: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'parley-gochat-')), 'gochat.sqlite3');
  using database = new Database(file, { create: true });
  database.run('create table user (id integer primary key, user_name text, password text, create_time datetime)');
  for (const name of names) database.run(`insert into user values (null, ?, null, '2020-01-02 03:04:05')`, [name]);
  return file;
}

async function makeOn(service: Service, kind: DatabaseKind): Promise<string> {
  await kind.make(service, database);
  return kind.urlOf(service.port, database);
}

async function found(guest: Guest, query: string): Promise<readonly unknown[]> {
  return (await guest.client.conversations.search({ query })).items;
}

async function readiness(server: ServerProcess): Promise<number> {
  return (await fetch(`${server.opsUrl}/readyz`)).status;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(50);
}
