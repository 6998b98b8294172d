import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { required, type Engine } from './engine.ts';

/**
 * `search_pending` holds the conversations that the search index is behind of. SQLite's index is a full-text table of our own
 * tokens; its row ids are the messages' ids, so that the newest come first without sorting.
 */
export function search(engine: Engine): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('search_pending')
        .addColumn('conversation_id', engine === 'sqlite' ? 'integer' : 'bigint', (column) => column.primaryKey())
        .addColumn('after_version', 'bigint', required)
        .execute();
      if (engine === 'sqlite') await createIndex(db);
    },
  };
}

async function createIndex(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('search_documents')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('conversation_id', 'integer', required)
    .addColumn('seq', 'integer', required)
    .addColumn('created_at', 'integer', required)
    .execute();
  await sql`create virtual table search_index using fts5 (
    words, letters, place, content='', contentless_delete=1, prefix='3', tokenize='ascii'
  )`.execute(db);
}
