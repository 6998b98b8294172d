import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SQL } from 'bun';
import { copyConformance, type SideUnderTest } from '../src/store/copy/copy.conformance.ts';
import { dumpOf, fill } from '../src/store/copy/copy-world.ts';
import { postgresLocks } from '../src/store/postgres-transactions.ts';
import { PostgresStore } from '../src/store/postgres.ts';
import { SqliteStore } from '../src/store/sqlite.ts';
import { Guest } from './guest.ts';
import { parley, spawnParley } from './run-parley.ts';
import { ServerProcess } from './server-process.ts';
import { postgresKind, postgresUrl } from './services/postgres.ts';
import { describeWith, Service } from './services/service.ts';

const slow = 180_000;

describeWith(postgresKind, () => {
  let service: Service;
  let databases = 0;

  beforeAll(async () => {
    service = await Service.start(postgresKind);
  }, slow);

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  async function newDatabase(): Promise<string> {
    const name = `copy${++databases}`;
    // Sorted as people do: a copy must not depend on it.
    await ask(`create database ${name} template template0 locale 'C.UTF-8'`);
    return postgresUrl(service.port, name);
  }

  async function ask(text: string): Promise<readonly unknown[]> {
    const client = new SQL({ url: postgresUrl(service.port), max: 1 });
    try {
      return await client.unsafe(text);
    } finally {
      await client.close({ timeout: 0 });
    }
  }

  async function openPostgres(): Promise<SideUnderTest> {
    const store = await PostgresStore.open(await newDatabase());
    return { side: { store, engine: 'postgres' }, [Symbol.asyncDispose]: () => store.close() };
  }

  const pairs = { slowMs: slow };
  copyConformance('SQLite to PostgreSQL', { openSource: openSqlite, openTarget: openPostgres, ...pairs });
  copyConformance('PostgreSQL to SQLite', { openSource: openPostgres, openTarget: openSqlite, ...pairs });

  test(
    'F1 killed at any moment and run again, the command goes on where it stood; complete, it copies nothing',
    async () => {
      const [folder, target] = [newFolder(), await newDatabase()];
      const source = await SqliteStore.open(join(folder, 'parley.sqlite'));
      await fill(source, { users: 200, messages: 6_000 });
      const wanted = await dumpOf(source);
      await source.close();
      const args = ['store', 'copy', 'sqlite:', target];
      for (let seen = 1; ; seen += 3) {
        const run = spawnParley(args, { dataDir: folder });
        if (await killedAfterLines(run, seen)) continue;
        expect(await run.exited).toBe(0);
        break;
      }
      const store = await PostgresStore.open(target);
      const { settings, ...tables } = await dumpOf(store);
      const { settings: wantedSettings, ...wantedTables } = wanted;
      expect(tables).toEqual(wantedTables);
      expect(settings).toHaveLength(wantedSettings.length + 1);
      await store.close();
      const again = await parley(args, { dataDir: folder });
      expect([again.code, again.err.includes('comparing messages')]).toEqual([0, true]);
      for (const said of ['Nothing to copy', 'The copy is complete']) expect(again.out).toContain(said);
      rmSync(folder, { recursive: true });
    },
    slow,
  );

  test(
    'a server on the source, or on the target, is in the way; Ctrl+C and a difference have exit codes of their own',
    async () => {
      const target = await newDatabase();
      await using server = await ServerProcess.start();
      const { dataDir } = server;
      const refused = await parley(['store', 'copy', 'sqlite:', target], { dataDir });
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('add --live') });
      const live = await parley(['store', 'copy', '--live', 'sqlite:', target], { dataDir });
      expect(live).toMatchObject({ code: 0, out: expect.stringContaining('The copy is not complete') });
      const half = await parley(['start'], { env: { PARLEY_STORE_URL: target } });
      expect(half).toMatchObject({ code: 1, err: expect.stringContaining('a copy that is not complete yet') });
      await server.stop();
      const run = spawnParley(['store', 'copy', 'sqlite:', target], { dataDir });
      await linesOf(run, 1);
      run.kill('SIGINT');
      expect(await run.exited).toBe(130);
      expect((await parley(['store', 'copy', 'sqlite:', target], { dataDir })).code).toBe(0);
      await using other = await ServerProcess.start({ PARLEY_STORE_URL: target });
      const busy = await parley(['store', 'copy', 'sqlite:', target], { dataDir });
      expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('works on postgres://127.0.0.1') });
      await other.stop();
      const used = await parley(['store', 'copy', 'sqlite:', target], { dataDir });
      expect(used).toMatchObject({ code: 1, err: expect.stringContaining('on which a server has worked') });
    },
    slow,
  );

  test('what cannot be a copy is said', async () => {
    const dataDir = newFolder();
    const copy = async (...urls: string[]) => (await parley(['store', 'copy', ...urls], { dataDir })).err;
    expect(await copy('sqlite:', await newDatabase())).toContain(`There is no store at ${dataDir}/parley.sqlite`);
    expect(await copy('sqlite:', 'sqlite:')).toContain('is both the source and the target');
    expect(await copy('sqlite:', 'mongodb://user:hunter2@host/db')).toContain('“mongodb:” is no store');
    rmSync(dataDir, { recursive: true });
  });

  test(
    'two whole servers on one database are refused, and a killed one is no obstacle; those with one registry share it',
    async () => {
      const url = await newDatabase();
      await using server = await ServerProcess.start({ PARLEY_STORE_URL: url });
      const second = await parley(['start'], { env: { PARLEY_STORE_URL: url } });
      expect(second).toMatchObject({ code: 1, err: expect.stringContaining('does not share it') });
      await using guest = await Guest.enter(server);
      await guest.tells(guest, 'still served');
      await server.kill();
      await server.start();
      await ask(`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()`);
      await guest.tells(guest, 'also after its connections were cut');
      const held = `select 1 from pg_locks where locktype = 'advisory' and granted and objid = ${postgresLocks.servers}`;
      while ((await ask(held)).length === 0) await Bun.sleep(100);
      expect((await parley(['start'], { env: { PARLEY_STORE_URL: url } })).err).toContain('does not share it');
    },
    slow,
  );
});

async function openSqlite(): Promise<SideUnderTest> {
  const folder = newFolder();
  const store = await SqliteStore.open(join(folder, 'parley.sqlite'));
  return {
    side: { store, engine: 'sqlite' },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'parley-copy-'));
}

type Run = ReturnType<typeof spawnParley>;

/** Resolves when it has said so many lines of how far it is; false when it ended before. */
async function linesOf({ stderr }: Run, count: number): Promise<boolean> {
  let seen = 0;
  const reader = stderr.getReader();
  try {
    while (seen < count) {
      const { done, value } = await reader.read();
      if (done) return false;
      seen += value.filter((byte) => byte === 0x0a).length;
    }
    return true;
  } finally {
    reader.releaseLock();
  }
}

async function killedAfterLines(run: Run, count: number): Promise<boolean> {
  if (!(await linesOf(run, count))) return false;
  run.kill('SIGKILL');
  return (await run.exited) !== 0;
}
