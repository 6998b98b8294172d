import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, type Transaction } from 'kysely';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import { SqliteCommit } from './sqlite-commit.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { BunSqliteDialect } from './sqlite-dialect.ts';
import { toStoreError } from './sqlite-errors.ts';
import { indexInSteps } from './index-in-steps.ts';
import { indexLimits, SqliteIndex } from './sqlite-index.ts';
import { ReaderPool, WriterPool } from './sqlite-pools.ts';
import { searchIndex } from './sqlite-search.ts';
import type { AppendOutcome, CommitBatch, CommitOutcome, NewMessage, SearchHit, SearchQuery, Store } from './store.ts';

export interface SqliteOptions {
  /** Called within the open transaction of each `commit`, when everything is written. What it throws rolls back. */
  readonly insideCommit?: () => void;
  /** Page cache of the writer. With next to none, what is written is in the log before its commit. */
  readonly cacheBytes?: number;
}

/** One file, one process that writes it. */
export class SqliteStore implements Store {
  readonly db: Kysely<Tables>;
  private readonly writerDb: Kysely<Tables>;
  private readonly writer: WriterPool;
  private readonly readers: ReaderPool;
  private readonly hot: SqliteCommit;
  private readonly searchIndex: SqliteIndex;
  /** Counts calls, for the indexing to see that others write. */
  private commits = 0;
  private closing: Promise<void> | undefined;
  private readonly insideCommit: (() => void) | undefined;

  private constructor(path: string, writer: WriterPool, { insideCommit }: SqliteOptions) {
    const { connection } = writer;
    this.insideCommit = insideCommit;
    this.writer = writer;
    this.readers = new ReaderPool(path);
    this.db = new Kysely({ dialect: new BunSqliteDialect(this.readers) });
    this.writerDb = new Kysely({ dialect: new BunSqliteDialect(writer) });
    this.hot = new SqliteCommit(connection);
    this.searchIndex = new SqliteIndex(connection);
  }

  /** Opens the file, makes it if it is not there, and brings its tables up to date. */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteStore> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const writer = new WriterPool(connect(path, options.cacheBytes));
    try {
      await migrate(new Kysely({ dialect: new BunSqliteDialect(writer) }), 'sqlite');
      return new SqliteStore(path, writer, options);
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  write<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.writerDb.transaction().execute(work);
  }

  commit(batch: CommitBatch): Promise<CommitOutcome> {
    this.commits++;
    return this.transact(() => {
      const outcome = this.hot.run(batch);
      this.insideCommit?.();
      return outcome;
    });
  }

  async append(_tx: Transaction<Tables>, message: NewMessage): Promise<AppendOutcome> {
    try {
      return this.hot.appendUnchecked(message);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async nextVersion(tx: Transaction<Tables>, conversationId: number, now: number): Promise<number> {
    const { version } = await tx
      .updateTable('conversations')
      .set((eb) => ({ version: eb('version', '+', 1), changed_at: eb.fn<number>('max', ['changed_at', eb.val(now)]) }))
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

  async search(query: SearchQuery): Promise<readonly SearchHit[]> {
    const connection = await this.readers.acquire();
    try {
      return await searchIndex(connection, query);
    } catch (error) {
      throw toStoreError(error);
    } finally {
      this.readers.release(connection);
    }
  }

  index(): Promise<void> {
    return indexInSteps({
      restPerStep: indexLimits.restPerStep,
      commits: () => this.commits,
      step: () => this.transact(() => this.searchIndex.step()),
    });
  }

  /** Whether every write is refused, as on a file system that cannot be written. */
  get isReadOnly(): boolean {
    return this.writer.connection.isReadOnly;
  }

  set isReadOnly(isReadOnly: boolean) {
    this.writer.connection.isReadOnly = isReadOnly;
  }

  close(): Promise<void> {
    this.closing ??= this.closePools();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One transaction of prepared statements, without a turn of the event loop inside. */
  private async transact<T>(work: () => T): Promise<T> {
    const connection = await this.writer.acquire();
    try {
      await this.writer.begin(connection);
      const result = work();
      connection.execute('commit');
      return result;
    } catch (error) {
      connection.rollback();
      throw toStoreError(error);
    } finally {
      this.writer.release();
    }
  }

  private async closePools(): Promise<void> {
    await Promise.all([this.writer.close(), this.readers.close()]);
  }
}

function connect(path: string, cacheBytes: number | undefined): SqliteConnection {
  try {
    return SqliteConnection.openWriter(path, cacheBytes);
  } catch (error) {
    throw new Error(`The database ${path} cannot be opened.`, { cause: error });
  }
}
