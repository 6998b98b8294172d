import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { required, type Engine } from './engine.ts';

/**
 * `search_pending` holds the conversations that the search index is behind of. SQLite's index is a full-text table of our own
 * tokens; its row ids are the messages' ids, so that the newest come first without sorting. PostgreSQL's is a column of the same tokens.
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
      if (engine === 'postgres') await createDocuments(db);
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

async function createDocuments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('search_documents')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('seq', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('words', sql`tsvector`, required)
    .execute();
  await db.schema.createIndex('search_documents_words').on('search_documents').using('gin').column('words').execute();
}
