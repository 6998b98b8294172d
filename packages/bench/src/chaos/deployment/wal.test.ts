import { Database } from 'bun:sqlite';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'bun:test';
import { temporaryFolder } from '../../../../../scripts/temporary-folder.ts';
import { tearWal } from './wal.ts';

test('F5 what was committed is there behind a torn tail, and nothing else', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'live.sqlite');
  using live = new Database(path, { create: true });
  live.run('pragma journal_mode = wal');
  live.run('create table texts (text text)');
  for (const text of ['one', 'two', 'three']) live.run('insert into texts values (?)', [text]);
  // As a kill leaves them: nobody has written the log back.
  const killed = join(folder.path, 'killed.sqlite');
  for (const end of ['', '-wal']) copyFileSync(path + end, killed + end);
  expect(tearWal(`${killed}-wal`)).toBeGreaterThan(0);
  using again = new Database(killed);
  expect(again.query('select text from texts').values().flat()).toEqual(['one', 'two', 'three']);
  again.run("insert into texts values ('four')");
  expect(again.query('pragma integrity_check').values()).toEqual([['ok']]);
});

test('an empty log cannot be torn', async () => {
  await using folder = await temporaryFolder({ empty: '' });
  expect(tearWal(join(folder.path, 'empty'))).toBe(0);
});
