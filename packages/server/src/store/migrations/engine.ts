import type { ColumnDefinitionBuilder, CreateTableBuilder } from 'kysely';

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

export const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** A required column with what it holds when nothing is said. */
export const withDefault = (value: number | string) => (column: ColumnDefinitionBuilder) =>
  column.notNull().defaultTo(value);
