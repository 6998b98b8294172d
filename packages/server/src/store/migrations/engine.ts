import { sql, type ColumnDefinitionBuilder, type CreateTableBuilder, type Expression, type Kysely } from 'kysely';

/** What migrations are written for. */
export type Engine = 'sqlite' | 'postgres' | 'mysql';

/** An `id` of small integers that are never given out twice, not even after the newest row was removed. */
export function withId<Table extends string>(table: CreateTableBuilder<Table>, engine: Engine) {
  if (engine === 'sqlite') return table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());
  const isMySql = engine === 'mysql';
  return table.addColumn('id', 'bigint', (column) =>
    isMySql ? column.primaryKey().autoIncrement() : column.primaryKey().generatedByDefaultAsIdentity(),
  );
}

/** The next id of a table that has a row, when nobody names one. */
export async function startIdsAt(
  db: Kysely<unknown>,
  engine: Engine,
  { table, first }: { readonly table: string; readonly first: number },
): Promise<void> {
  const next = sql.lit(first);
  const statements = {
    sqlite: sql`update sqlite_sequence set seq = ${sql.lit(first - 1)} where name = ${sql.lit(table)}`,
    postgres: sql`alter table ${sql.table(table)} alter column id restart with ${next}`,
    mysql: sql`alter table ${sql.table(table)} auto_increment = ${next}`,
  } satisfies Record<Engine, unknown>;
  await statements[engine].execute(db);
}

export const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** A required column with what it holds when nothing is said. */
export const withDefault = (value: number | string) => (column: ColumnDefinitionBuilder) =>
  column.notNull().defaultTo(value);

/** A text that is sorted and compared by its code points, wherever the database was made; what begins alike stands together. */
export function keyText(engine: Engine, charsMax: number): Expression<unknown> {
  const type = sql.raw(`varchar(${charsMax})`);
  return engine === 'postgres' ? sql`${type} collate "C"` : sql`${type}`;
}

/** A text of any length: MySQL's `text` ends at 64 KB. */
export function longText(engine: Engine): Expression<unknown> {
  return engine === 'mysql' ? sql`mediumtext` : sql`text`;
}
