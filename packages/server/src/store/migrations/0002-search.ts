import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { longText, required, type Engine } from './engine.ts';

/**
 * `search_pending` holds the conversations that the search index is behind of. SQLite's index is a full-text table of our own
 * tokens; its row ids are the messages' ids, so that the newest come first without sorting. PostgreSQL's is a column of the same tokens, MySQL's
 * a table of them.
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
      if (engine === 'mysql') await createTokens(db);
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

/** A message in one conversation is found by all its tokens there, without a look at those of others. */
async function createTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('search_documents')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('seq', 'bigint', required)
    .addColumn('sender_id', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('words', longText('mysql'), required)
    .execute();
  await db.schema
    .createTable('search_tokens')
    .addColumn('token', 'varchar(44)', required)
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('id', 'bigint', required)
    .addPrimaryKeyConstraint('search_tokens_key', ['token', 'conversation_id', 'id'])
    .execute();
}
