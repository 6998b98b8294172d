import { expect, test } from 'bun:test';
import { Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';
import { BunSqliteDialect } from './sqlite-dialect.ts';
import { WriterPool } from './sqlite-pools.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { temporaryFolder } from '../../../../scripts/temporary-folder.ts';

test('parameters are hidden from the planner in joins, and only there', async () => {
  await using folder = await temporaryFolder();
  const pool = new WriterPool(SqliteConnection.openWriter(`${folder.path}/x.sqlite`));
  const db = new Kysely<Tables>({ dialect: new BunSqliteDialect(pool) });
  const alone = db.selectFrom('users').select('id').where('id', '=', 1).limit(2);
  expect(alone.compile().sql).toBe('select "id" from "users" where "id" = ? limit ?');
  const joined = db.selectFrom('users as u').innerJoin('devices as d', 'd.user_id', 'u.id').select('u.id');
  const compiled = joined
    .where('u.id', 'in', [1, 2])
    .where(sql<boolean>`d.id > ${3}`)
    .limit(4)
    .compile();
  expect(compiled.sql).toEndWith('"u"."id" in ((select ?), (select ?)) and d.id > (select ?) limit (select ?)');
  expect(compiled.parameters).toEqual([1, 2, 3, 4]);
  await pool.close();
});
