import { CompiledQuery, Kysely, type Transaction } from 'kysely';
import { migrate } from './migrate.ts';
import { appendUnchecked, commitBatch } from './postgres-commit.ts';
import { PostgresConnection, postgresLimits } from './postgres-connection.ts';
import { BunPostgresDialect } from './postgres-dialect.ts';
import { isPassing } from './postgres-errors.ts';
import { indexStep } from './postgres-index.ts';
import { PostgresPool, postgresPoolLimits } from './postgres-pool.ts';
import { searchDocuments } from './postgres-search.ts';
import { ExclusiveTransactions, readTransactions, rollBack, type WriteMode } from './postgres-transactions.ts';
import type { Tables } from './schema.ts';
import type { AppendOutcome, CommitBatch, CommitOutcome, NewMessage, SearchHit, SearchQuery, Store } from './store.ts';

/** A failed commit is tried again only this soon, so that an answer comes within 2 s. [D11] */
const commitRetryWithinMs = 400;
const commitTriesMax = 3;

export type PostgresOptions = Pick<WriteMode, 'insideCommit'>;

/** A database of a PostgreSQL server, for any number of processes at once. */
export class PostgresStore implements Store {
  readonly db: Kysely<Tables>;
  private readonly writerDb: Kysely<Tables>;
  private readonly readers: PostgresPool;
  private readonly writers: PostgresPool;
  private readonly mode: WriteMode;
  private closing: Promise<void> | undefined;

  private constructor(url: string, { insideCommit }: PostgresOptions) {
    this.mode = { isReadOnly: false, ...(insideCommit === undefined ? {} : { insideCommit }) };
    this.readers = new PostgresPool(postgresPoolLimits.readersMax, () =>
      PostgresConnection.open({ url, isReadOnly: true }),
    );
    this.writers = new PostgresPool(postgresPoolLimits.writersMax, () => PostgresConnection.open({ url }));
    this.db = new Kysely({ dialect: new BunPostgresDialect(this.readers, readTransactions) });
    const exclusive = new ExclusiveTransactions(this.writers, this.mode);
    this.writerDb = new Kysely({ dialect: new BunPostgresDialect(this.writers, exclusive) });
  }

  /**
   * Connects and brings the tables up to date; when several processes start at once, one of them does.
   * @param url `postgres://user:password@host:port/database`
   */
  static async open(url: string, options: PostgresOptions = {}): Promise<PostgresStore> {
    await migrateAt(url);
    return new PostgresStore(url, options);
  }

  write<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.writerDb.transaction().execute(work);
  }

  async commit(batch: CommitBatch): Promise<CommitOutcome> {
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await commitBatch({ pool: this.writers, mode: this.mode }, batch);
      } catch (error) {
        const isInTime = performance.now() - began < commitRetryWithinMs;
        if (!isPassing(error) || !isInTime || tries === commitTriesMax) throw error;
      }
    }
  }

  append(tx: Transaction<Tables>, message: NewMessage): Promise<AppendOutcome> {
    const run = async <Row>(text: string, parameters: readonly unknown[]) =>
      (await tx.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]))).rows;
    return appendUnchecked(run, message);
  }

  async nextVersion(tx: Transaction<Tables>, conversationId: number, now: number): Promise<number> {
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
  }

  search(query: SearchQuery): Promise<readonly SearchHit[]> {
    return withOne(this.readers, (connection) => searchDocuments(connection, query));
  }

  async index(): Promise<void> {
    while (!(await withOne(this.writers, indexStep)));
  }

  /** Whether every write is refused, as by a server that stands by. */
  get isReadOnly(): boolean {
    return this.mode.isReadOnly;
  }

  set isReadOnly(isReadOnly: boolean) {
    this.mode.isReadOnly = isReadOnly;
  }

  close(): Promise<void> {
    this.closing ??= this.closePools();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async closePools(): Promise<void> {
    await Promise.all([this.writers.close(), this.readers.close()]);
  }
}

/** Runs `work` on a connection of its own; what it began and did not end is undone. */
async function withOne<T>(pool: PostgresPool, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
  const connection = await pool.acquire();
  try {
    return await work(connection);
  } catch (error) {
    await rollBack(connection);
    throw error;
  } finally {
    pool.release(connection);
  }
}

async function migrateAt(url: string): Promise<void> {
  // The server's refusal of a user or a database says more than `unavailable`, so the first connection is made here.
  (await PostgresConnection.open({ url })).close();
  const pool = new PostgresPool(1, () => PostgresConnection.open({ url, deadlineMs: postgresLimits.migrationMs }));
  try {
    await migrate(new Kysely({ dialect: new BunPostgresDialect(pool, plainTransactions) }), 'postgres');
  } finally {
    await pool.close();
  }
}

/** Kysely's migrator has a lock of its own. */
const plainTransactions = {
  begin: async (connection: PostgresConnection) => void (await connection.query('begin')),
  commit: async (connection: PostgresConnection) => void (await connection.query('commit')),
};
