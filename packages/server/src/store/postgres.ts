import { indexStep } from './index-step.ts';
import { appendUnchecked, commitBatch } from './postgres-commit.ts';
import { postgresWire } from './postgres-connection.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { isPassing } from './postgres-errors.ts';
import { postgresIndex } from './postgres-index.ts';
import { searchDocuments } from './postgres-search.ts';
import { postgresChanges, postgresReads } from './postgres-transactions.ts';
import { ServerConnection } from './server-connection.ts';
import { migrateServer, ServerStore, type ServerEngine, type ServerStoreOptions } from './server-store.ts';

const postgres: ServerEngine = {
  wire: postgresWire,
  dialect: postgresDialect,
  reads: postgresReads,
  changes: postgresChanges,
  commitBatch,
  appendUnchecked,
  async nextVersion(tx, conversationId, now) {
    const { version } = await tx
      .updateTable('conversations')
      .set((eb) => ({
        version: eb('version', '+', 1),
        changed_at: eb.fn<number>('greatest', ['changed_at', eb.val(now)]),
      }))
      .where('id', '=', conversationId)
      .returning('version')
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('search_pending')
      .values({ conversation_id: conversationId, after_version: version - 1 })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return version;
  },
  search: searchDocuments,
  indexStep: (connection) => indexStep(connection, postgresIndex),
  isPassing,
};

/** A database of a PostgreSQL server. */
export class PostgresStore extends ServerStore {
  /**
   * Connects and brings the tables up to date.
   * @param url `postgres://user:password@host:port/database`
   */
  static async open(url: string, options: ServerStoreOptions = {}): Promise<PostgresStore> {
    // The server's refusal of a user or a database says more than `unavailable`, so the first connection is made here.
    (await ServerConnection.open(postgresWire, { url })).close();
    await migrateServer(postgres, 'postgres', url);
    return new PostgresStore(postgres, url, options);
  }
}
