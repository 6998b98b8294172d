import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importGochat, ImportError, importLimits } from './import-gochat.ts';
import { SqliteStore } from './sqlite.ts';

type Row = readonly [id: unknown, name: string | null, password: string | null, createTime: unknown];
const sha1 = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';

async function world(rows: readonly Row[]) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-import-'));
  const file = join(folder, 'gochat.sqlite3');
  const database = new Database(file, { create: true });
  database.run(
    `create table user (id integer primary key autoincrement, user_name varchar(20) not null unique, password char(40), create_time datetime)`,
  );
  const insert = database.prepare('insert into user values (?, ?, ?, ?)');
  database.transaction(() => {
    for (const row of rows) insert.run(...(row as [number, string, string, string]));
  })();
  database.close();
  const store = await SqliteStore.open(join(folder, 'parley.sqlite'));
  return {
    store,
    side: { store, engine: 'sqlite' } as const,
    file,
    users: () => store.db.selectFrom('users').selectAll().orderBy('id').execute(),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

test('users keep their ids, names, passwords and times', async () => {
  await using w = await world([
    [3, 'demo', sha1.toUpperCase(), '2020-01-02 03:04:05'],
    [8, '小明', sha1, '2020-01-02 03:04:05.123456+08:00'],
    [9, 'later', sha1, 1_577_934_245],
  ]);
  const report = await importGochat(w.side, w.file);
  expect(report).toEqual({ imported: 3, alreadyThere: 0, renamed: [], withoutPassword: [], skipped: [] });
  const time = Date.UTC(2020, 0, 2, 3, 4, 5);
  expect(await w.users()).toMatchObject([
    {
      id: 3,
      name: 'demo',
      name_key: 'demo',
      display_name: 'demo',
      display_key: '',
      kind: 'person',
      password_hash: `sha1$${sha1}`,
      created_at: time,
    },
    { id: 8, name: '小明', created_at: time - 8 * 3_600_000 + 123 },
    { id: 9, created_at: time },
  ]);
});

test('an import can be repeated: who came before is not touched, who is new comes too', async () => {
  await using w = await world([[1, 'first', sha1, '2020-01-02 03:04:05']]);
  await importGochat(w.side, w.file);
  await w.store.write((tx) =>
    tx.updateTable('users').set({ password_hash: '$argon2id$new', name: 'other', name_key: 'other' }).execute(),
  );
  const source = new Database(w.file);
  source.run("insert into user values (2, 'second', ?, '2021-01-01 00:00:00')", [sha1]);
  source.close();
  expect(await importGochat(w.side, w.file)).toMatchObject({ imported: 1, alreadyThere: 1, skipped: [] });
  expect(await w.users()).toMatchObject([
    { id: 1, name: 'other', password_hash: '$argon2id$new' },
    { id: 2, name: 'second' },
  ]);
});

test('names that are taken or invalid get another, and are reported', async () => {
  await using w = await world([
    [1, 'Anna', sha1, null],
    [2, 'anna', sha1, null],
    [3, 'x', sha1, null],
    [4, 'has space\n', sha1, null],
    [5, '', sha1, null],
    [6, 'n'.repeat(40), sha1, null],
  ]);
  const report = await importGochat(w.side, w.file);
  expect(report).toMatchObject({ imported: 6, skipped: [] });
  expect(report.renamed).toEqual([
    { id: 2, from: 'anna', to: 'anna-2', reason: 'taken' },
    { id: 3, from: 'x', to: 'user-3', reason: 'invalid' },
    { id: 4, from: 'has space\n', to: 'user-4', reason: 'invalid' },
    { id: 5, from: '', to: 'user-5', reason: 'invalid' },
    { id: 6, from: 'n'.repeat(40), to: 'user-6', reason: 'invalid' },
  ]);
  const shown = (await w.users()).map((user) => user.display_name);
  expect(shown).toEqual(['Anna', 'anna', 'x', 'has space', 'user-5', 'n'.repeat(32)]);
});

test('a new name that is taken, too, is not used', async () => {
  await using w = await world([
    [1, 'Anna', sha1, null],
    [2, 'anna', sha1, null],
    [3, 'anna-4', sha1, null],
    [4, 'ANNA', sha1, null],
  ]);
  expect((await importGochat(w.side, w.file)).renamed.map((entry) => entry.to)).toEqual(['anna-2', 'ANNA-4-1']);
});

test('an id that belongs to somebody else here is reported, not overwritten', async () => {
  await using w = await world([[1, 'theirs', sha1, '2020-01-02 03:04:05']]);
  const values = { name: 'ours', name_key: 'ours', display_name: 'Ours', kind: 'person', created_at: 5 } as const;
  await w.store.write((tx) => tx.insertInto('users').values(values).execute());
  const report = await importGochat(w.side, w.file);
  expect(report).toMatchObject({ imported: 0, skipped: [{ id: 1, name: 'theirs', reason: 'id-taken' }] });
  expect(await w.users()).toMatchObject([{ id: 1, name: 'ours' }]);
});

test('ids that are none are reported, and so are passwords that cannot be kept', async () => {
  await using w = await world([
    [-4, 'negative', sha1, null],
    [5, 'plain', 'hunter2', null],
    [6, 'none', null, null],
  ]);
  const report = await importGochat(w.side, w.file);
  expect(report.skipped).toEqual([{ id: -4, name: 'negative', reason: 'invalid-id' }]);
  expect(report.withoutPassword).toEqual([
    { id: 5, name: 'plain' },
    { id: 6, name: 'none' },
  ]);
  expect((await w.users()).map((user) => user.password_hash)).toEqual([null, null]);
});

test('more users than one transaction takes all come, and the next new user gets a higher id', async () => {
  const count = 2 * importLimits.usersPerWrite + 1;
  await using w = await world(
    Array.from({ length: count }, (_, index) => [index + 1, `user${index}`, sha1, null] as const),
  );
  expect(await importGochat(w.side, w.file)).toMatchObject({ imported: count });
  const values = { name: 'new', name_key: 'new', display_name: 'new', kind: 'person', created_at: 5 } as const;
  await w.store.write((tx) => tx.insertInto('users').values(values).execute());
  expect((await w.users()).at(-1)).toMatchObject({ id: count + 1 });
});

test('a file that is no gochat database is refused with its name', async () => {
  await using w = await world([]);
  await Bun.write(`${w.file}.txt`, 'something else '.repeat(50));
  expect(importGochat(w.side, `${w.file}.txt`)).rejects.toThrow(ImportError);
  expect(importGochat(w.side, `${w.file}.missing`)).rejects.toThrow(`${w.file}.missing`);
});
