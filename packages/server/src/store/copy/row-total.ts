import { sql } from 'kysely';
import type { TableName } from './copied-tables.ts';
import { anyTables, type Side } from './side.ts';

/** How many rows a table has, for people to know how long it takes; undefined where counting would take long itself. */
export async function rowTotal({ store }: Side, table: TableName): Promise<number | undefined> {
  try {
    return table === 'messages' ? await messageTotal(store.db) : await countOf(store.db, table);
  } catch {
    return undefined;
  }
}

/** Conversations number their messages without a hole. A sum comes as a text from some engines. */
async function messageTotal(db: Side['store']['db']): Promise<number> {
  const { total } = await db
    .selectFrom('conversations')
    .select(sql<number | string>`coalesce(sum(seq - min_seq + 1), 0)`.as('total'))
    .executeTakeFirstOrThrow();
  return Number(total);
}

async function countOf(db: Side['store']['db'], table: TableName): Promise<number> {
  const { total } = await anyTables(db)
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number | string>().as('total'))
    .executeTakeFirstOrThrow();
  return Number(total);
}
