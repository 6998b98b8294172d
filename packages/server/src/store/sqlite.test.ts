import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ParleyError } from '@parley/protocol';
import { sql } from 'kysely';
import { storeConformance } from './store.conformance.ts';
import { addGroup, addUser, draft, numbersOf, send, type StoreUnderTest } from './conformance-world.ts';
import { poolLimits } from './sqlite-pools.ts';
import { SqliteStore } from './sqlite.ts';

interface SqliteUnderTest extends StoreUnderTest {
  readonly path: string;
  readonly store: SqliteStore;
}

async function openNew(): Promise<SqliteUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  const path = join(folder, 'data', 'parley.sqlite');
  let open = await SqliteStore.open(path);
  return {
    path,
    store: open,
    reopen: async () => {
      await open.close();
      open = await SqliteStore.open(path);
      return open;
    },
    killable: [process.execPath, join(import.meta.dir, 'sqlite-killable.ts'), path],
    [Symbol.asyncDispose]: async () => {
      await open.close();
      rmSync(folder, { recursive: true });
    },
  };
}

storeConformance('SQLite', openNew);

const refusedAsUnavailable = (error: unknown) => error instanceof ParleyError && error.code === 'unavailable';

test('S9 while another process keeps the lock, writes are refused as unavailable in time and reads go on', async () => {
  await using subject = await openNew();
  const { store, path } = subject;
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  const other = new Database(path);
  other.run('begin immediate');
  const refused = Promise.allSettled([send(store, draft(group, user)), store.write(async () => {})]);
  expect(await store.db.selectFrom('users').select('id').execute()).toHaveLength(1);
  for (const outcome of await refused)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  other.run('rollback');
  other.close();
  expect(await send(store, draft(group, user))).toMatchObject([{ ok: true, ack: { seq: 1 } }]);
});

test('S9 waiting for a turn and for the lock of another process are one deadline: refused once, not one after the other', async () => {
  await using subject = await openNew();
  const { store, path } = subject;
  const other = new Database(path);
  other.run('begin immediate');
  let refusals = 0;
  const writes = Array.from({ length: 5 }, () =>
    store
      .write(async () => {})
      .catch((error: unknown) => {
        refusals++;
        expect(refusedAsUnavailable(error)).toBe(true);
      }),
  );
  await writes[0];
  // Those behind the first have waited as long as it has, so none waits for the lock again.
  await Promise.race([Promise.all(writes), Bun.sleep(poolLimits.waitMsMax / 2)]);
  expect(refusals).toBe(5);
  other.close();
});

test('D11 S9 more writes than may wait are refused as busy, and while the lock lasts later ones wait shorter', async () => {
  await using subject = await openNew();
  const { store, path } = subject;
  const other = new Database(path);
  other.run('begin immediate');
  const codeOf = (error: unknown) => (error as { code?: string }).code;
  const codes = await Promise.all(
    Array.from({ length: poolLimits.waitingMax + 10 }, () => store.write(async () => 'stored').catch(codeOf)),
  );
  expect(codes.filter((code) => code === 'busy')).toHaveLength(9);
  expect(codes.filter((code) => code === 'unavailable')).toHaveLength(poolLimits.waitingMax + 1);
  const later = store.write(async () => 'stored').catch(codeOf);
  expect(await Promise.race([later, Bun.sleep(poolLimits.waitMsMax / 2)])).toBe('unavailable');
  other.run('rollback');
  other.close();
  expect(await store.write(async () => 'stored')).toBe('stored');
});

test('only the owner may read the data, also when an older file was open to all', async () => {
  await using subject = await openNew();
  const { store, path } = subject;
  await addUser(store);
  const modes = () => readdirSync(dirname(path)).map((name) => statSync(join(dirname(path), name)).mode & 0o777);
  expect(new Set(modes())).toEqual(new Set([0o600]));
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(dirname(path))) chmodSync(join(dirname(path), name), 0o644);
  await subject.reopen();
  expect(new Set(modes())).toEqual(new Set([0o600]));
});

test('S9 a lock that is given back in time only delays a commit', async () => {
  await using subject = await openNew();
  const { store, path } = subject;
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  const other = new Database(path);
  other.run('begin immediate');
  const sending = send(store, draft(group, user));
  await store.db.selectFrom('users').select('id').execute();
  other.run('commit');
  other.close();
  expect(await sending).toMatchObject([{ ok: true }]);
});

test('S9 on a full disk commits and writes are refused whole, reads go on, and space lets them through again', async () => {
  await using subject = await openNew();
  const { store } = subject;
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  const limitPages = (pages: number) => store.write((tx) => sql.raw(`pragma max_page_count = ${pages}`).execute(tx));
  const flood = () =>
    send(store, ...Array.from({ length: 400 }, () => draft(group, user, { text: 'x'.repeat(8_000) })));
  await limitPages(1);
  expect(await flood().catch(refusedAsUnavailable)).toBe(true);
  expect(await numbersOf(store, group)).toEqual([]);
  await limitPages(1_000_000);
  expect((await flood()).every((outcome) => outcome.ok)).toBe(true);
  expect(await numbersOf(store, group)).toHaveLength(400);
});

test('S9 a write that waits for itself is refused instead of waiting for ever', async () => {
  await using subject = await openNew();
  const { store } = subject;
  const inner = store.write(() => store.write(async () => {})).catch(refusedAsUnavailable);
  expect(await inner).toBe(true);
});

test('a database of a newer version is refused and left alone', async () => {
  await using subject = await openNew();
  const { store, path } = subject;
  await store.write((tx) => sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(tx));
  await store.close();
  expect(SqliteStore.open(path)).rejects.toThrow('newer version of Parley (it has 9999-later)');
});

test('a file that is no database is refused with its name', async () => {
  await using subject = await openNew();
  const path = `${subject.path}.txt`;
  await Bun.write(path, 'not a database '.repeat(100));
  expect(SqliteStore.open(path)).rejects.toThrow(path);
});

test('a read transaction sees one state while others write', async () => {
  await using subject = await openNew();
  const { store } = subject;
  await store.db.transaction().execute(async (tx) => {
    const count = () => tx.selectFrom('users').select('id').execute();
    expect(await count()).toHaveLength(0);
    await addUser(store);
    expect(await count()).toHaveLength(0);
  });
  expect(await store.db.selectFrom('users').select('id').execute()).toHaveLength(1);
});

test('nothing is written outside write and commit', async () => {
  await using subject = await openNew();
  expect(subject.store.db.deleteFrom('conversations').execute()).rejects.toThrow(ParleyError);
});
