import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Engine } from '../migrations/engine.ts';
import { anyTables, type AnyTables, type Side } from './side.ts';

/** Tables whose ids the engine counts. */
export const countedTables = ['users', 'devices', 'conversations'] as const;
type CountedTable = (typeof countedTables)[number];

/** The next id of each such table is the one the source would have given, also where its newest rows are gone. */
export async function copyIdCounters(from: Side, to: Side): Promise<void> {
  for (const table of countedTables) {
    const next = Math.max(await counterOf(from, table), (await largestId(from, table)) + 1);
    await countAtLeast(to, { table, next });
  }
}

/** A new row gets none of the ids that were named. PostgreSQL would give them once more. */
export async function countNamedIds(side: Side, table: CountedTable): Promise<void> {
  await countAtLeast(side, { table, next: (await largestId(side, table)) + 1 });
}

async function countAtLeast(side: Side, start: Start): Promise<void> {
  if (start.next > (await counterOf(side, start.table)))
    await side.store.write((tx) => startAt(tx as unknown as Kysely<AnyTables>, side.engine, start));
}

/** What the engine would give next. Some do not count ids that were named. */
export async function counterOf({ store, engine }: Side, table: CountedTable): Promise<number> {
  const { rows } = await counters[engine](table).execute(anyTables(store.db));
  return rows[0]?.next ?? 1;
}

async function largestId({ store }: Side, table: CountedTable): Promise<number> {
  const db = anyTables(store.db);
  const row = await db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return Number(row?.['id'] ?? 0);
}

type Counter = (table: CountedTable) => RawBuilder<{ readonly next: number | null }>;

const counters: Readonly<Record<Engine, Counter>> = {
  sqlite: (table) => sql`select seq + 1 as next from sqlite_sequence where name = ${table}`,
  postgres: (table) => sql`select case when is_called then last_value + 1 else last_value end as next
    from ${sql.table(`${table}_id_seq`)}`,
  mysql: (table) => sql`select auto_increment as next from information_schema.tables
    where table_schema = database() and table_name = ${table}`,
};

interface Start {
  readonly table: CountedTable;
  readonly next: number;
}

async function startAt(db: Kysely<AnyTables>, engine: Engine, { table, next }: Start): Promise<void> {
  if (engine === 'sqlite') await startSqliteAt(db, { table, next });
  if (engine === 'postgres')
    await sql`alter table ${sql.table(table)} alter column id restart with ${sql.lit(next)}`.execute(db);
  if (engine === 'mysql') await sql`alter table ${sql.table(table)} auto_increment = ${sql.lit(next)}`.execute(db);
}

/** Without a row ever there is no counter. */
async function startSqliteAt(db: Kysely<AnyTables>, { table, next }: Start): Promise<void> {
  await sql`delete from sqlite_sequence where name = ${table}`.execute(db);
  await sql`insert into sqlite_sequence (name, seq) values (${table}, ${next - 1})`.execute(db);
}
