import { sql, type Expression, type Kysely, type RawBuilder } from 'kysely';
import type { Engine } from '../migrations/engine.ts';
import type { Store } from '../store.ts';
import type { Key, Row, Table } from './copied-tables.ts';

/** A store one copies from or to. */
export interface Side {
  readonly store: Store;
  readonly engine: Engine;
}

export type AnyTables = Readonly<Record<string, Row>>;

/** The tables without their types: what copies them asks for none. */
export function anyTables(db: Store['db']): Kysely<AnyTables> {
  return db as unknown as Kysely<AnyTables>;
}

/**
 * The rows that stand after `after`, in the order of the key, `limit` at most. First those that share all of the key but its
 * last column, then those that share less: each a range of the key's index on every engine.
 */
export async function rowsAfter(
  side: Side,
  table: Table,
  { after, limit }: { readonly after: Key | undefined; readonly limit: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let shared = after === undefined ? 0 : table.key.length - 1; shared >= 0 && rows.length < limit; shared--)
    rows.push(
      ...(await rangeQuery(side, table, { after, shared })
        .limit(limit - rows.length)
        .execute()),
    );
  return rows;
}

/** The row with the largest key. */
export async function lastRow(side: Side, table: Table): Promise<Row | undefined> {
  let query = anyTables(side.store.db).selectFrom(table.name).selectAll();
  for (const column of table.key) query = query.orderBy(placeOf(side, table, column), 'desc');
  return query.limit(1).executeTakeFirst();
}

function rangeQuery(
  side: Side,
  table: Table,
  { after, shared }: { readonly after: Key | undefined; readonly shared: number },
) {
  let query = anyTables(side.store.db).selectFrom(table.name).selectAll();
  for (const [index, column] of table.key.entries()) {
    const value = after?.[index] ?? null;
    if (index < shared) query = query.where(sql.ref(column), '=', value);
    else if (index === shared && after !== undefined)
      query = query.where(placeOf(side, table, column), '>', operandOf(side, value));
    if (index >= shared) query = query.orderBy(placeOf(side, table, column));
  }
  return query;
}

/** What a column of the key is sorted by: a text by its code points, whatever the database does with texts. */
function placeOf({ engine }: Side, table: Table, column: string): RawBuilder<unknown> {
  const name = sql.ref(column);
  if (!table.hasTextKey || column !== table.key.at(-1)) return sql`${name}`;
  return byCodePoints[engine](name);
}

function operandOf({ engine }: Side, value: Key[number]): RawBuilder<unknown> {
  const operand = sql.val(value);
  return typeof value === 'string' && engine === 'mysql' ? byCodePoints.mysql(operand) : sql`${operand}`;
}

const byCodePoints: Readonly<Record<Engine, (text: Expression<unknown>) => RawBuilder<unknown>>> = {
  sqlite: (text) => sql`${text}`,
  postgres: (text) => sql`${text} collate "C"`,
  mysql: (text) => sql`cast(${text} as binary)`,
};
