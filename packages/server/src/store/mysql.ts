import { indexStep } from './index-step.ts';
import { appendUnchecked, commitBatch } from './mysql-commit.ts';
import { mySqlDialect } from './mysql-dialect.ts';
import { isPassing } from './mysql-errors.ts';
import { mySqlIndex } from './mysql-index.ts';
import { searchDocuments } from './mysql-search.ts';
import { lookAtServer, mySqlWire, type MySqlServer } from './mysql-server.ts';
import { cleanUpWriters, mySqlChanges, mySqlReads } from './mysql-transactions.ts';
import { ServerConnection } from './server-connection.ts';
import { migrateServer, ServerStore, type ServerEngine, type ServerStoreOptions } from './server-store.ts';

const findKeys = `select concat(table_name, '.', index_name) as name,
  concat(table_name, '.', group_concat(column_name order by seq_in_index)) as constraint_name
  from information_schema.statistics where table_schema = database() and non_unique = 0 group by table_name, index_name`;

/** A database of a MariaDB or MySQL server. */
export class MySqlStore extends ServerStore {
  /** What the server does not promise that Parley does; for people. */
  readonly warnings: readonly string[];

  private constructor(engine: ServerEngine, url: string, { warnings, ...options }: MySqlStoreOptions) {
    super(engine, url, options);
    this.warnings = warnings;
  }

  /**
   * Connects and brings the tables up to date.
   * @param url `mysql://user:password@host:port/database`, or `mariadb:`
   */
  static async open(url: string, options: ServerStoreOptions = {}): Promise<MySqlStore> {
    const server = await lookAtServer(url);
    const keys = new Map<string, string>();
    const engine = engineFor(server, keys);
    await migrateServer(engine, 'mysql', url);
    await withConnection(engine, url, async (connection) => {
      const rows = await connection.run<{ readonly name: string; readonly constraint_name: string }>(findKeys, []);
      for (const { name, constraint_name } of rows) keys.set(name, constraint_name);
      await cleanUpWriters(connection);
    });
    return new MySqlStore(engine, url, { ...options, warnings: server.warnings });
  }
}

interface MySqlStoreOptions extends ServerStoreOptions {
  readonly warnings: readonly string[];
}

function engineFor(server: MySqlServer, keys: ReadonlyMap<string, string>): ServerEngine {
  return {
    wire: mySqlWire(server, keys),
    dialect: mySqlDialect(server.collation),
    reads: mySqlReads,
    changes: mySqlChanges,
    commitBatch,
    appendUnchecked,
    nextVersion,
    search: searchDocuments,
    indexStep: (connection) => indexStep(connection, mySqlIndex),
    isPassing,
  };
}

const nextVersion: ServerEngine['nextVersion'] = async (tx, conversationId, now) => {
  await tx
    .updateTable('conversations')
    .set((eb) => ({
      version: eb('version', '+', 1),
      changed_at: eb.fn<number>('greatest', ['changed_at', eb.val(now)]),
    }))
    .where('id', '=', conversationId)
    .execute();
  const { version } = await tx
    .selectFrom('conversations')
    .select('version')
    .where('id', '=', conversationId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('search_pending')
    .values({ conversation_id: conversationId, after_version: version - 1 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return version;
};

async function withConnection(
  { wire }: ServerEngine,
  url: string,
  work: (connection: ServerConnection) => Promise<void>,
): Promise<void> {
  const connection = await ServerConnection.open(wire, { url });
  try {
    await work(connection);
  } finally {
    connection.close();
  }
}
