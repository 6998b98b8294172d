import { CompiledQuery, Kysely, type Transaction } from 'kysely';
import { ConnectionPool, connectionPoolLimits } from './connection-pool.ts';
import { indexInSteps } from './index-in-steps.ts';
import { indexStepLimits } from './index-step.ts';
import { migrate } from './migrate.ts';
import type { Engine } from './migrations/engine.ts';
import { PooledDialect, type DialectParts } from './pooled-dialect.ts';
import type { Tables } from './schema.ts';
import { ServerConnection, serverLimits, type RunSql, type ServerWire } from './server-connection.ts';
import type { AppendOutcome, CommitBatch, CommitOutcome, NewMessage, SearchHit, SearchQuery, Store } from './store.ts';
import { plainTransactions, type Transactions, type WriteMode } from './transactions.ts';

/** A failed commit is tried again only this soon, so that an answer comes within 2 s. [D11] */
const commitRetryWithinMs = 400;
const commitTriesMax = 3;

export type ServerStoreOptions = Pick<WriteMode, 'insideCommit' | 'isCommitWatched'>;

/** Where and how commits are made. */
export interface Writing {
  readonly pool: ConnectionPool;
  readonly mode: WriteMode;
}

/** What is one server's own: its words for what every one of them does alike. */
export interface ServerEngine {
  readonly wire: ServerWire;
  readonly dialect: DialectParts;
  /** Transactions that see one state from their first statement to their last, and write nothing. */
  readonly reads: Transactions;
  /** Transactions that write, of all processes one after the other, and none beside a commit of messages. */
  changes(writing: Writing): Transactions;
  /** @throws the port's errors; then nothing of it was done, except with `deadline-exceeded`. */
  commitBatch(writing: Writing, batch: CommitBatch): Promise<CommitOutcome>;
  /** Appends one message whoever its sender is, inside a transaction of `changes`. */
  appendUnchecked(run: RunSql, message: NewMessage): Promise<AppendOutcome>;
  nextVersion(tx: Transaction<Tables>, conversationId: number, now: number): Promise<number>;
  search(connection: ServerConnection, query: SearchQuery): Promise<readonly SearchHit[]>;
  /** @returns true when the index has everything. */
  indexStep(connection: ServerConnection): Promise<boolean>;
  /** The transaction is surely undone and the next try may well succeed: the connection was cut, or others were in the way. */
  isPassing(error: unknown): boolean;
}

/** A database of a server, for any number of processes at once. */
export class ServerStore implements Store {
  readonly db: Kysely<Tables>;
  private readonly engine: ServerEngine;
  private readonly writerDb: Kysely<Tables>;
  private readonly readers: ConnectionPool;
  private readonly writing: Writing;
  private commits = 0;
  private closing: Promise<void> | undefined;

  protected constructor(engine: ServerEngine, url: string, options: ServerStoreOptions) {
    const { wire, dialect } = engine;
    this.engine = engine;
    this.readers = new ConnectionPool(connectionPoolLimits.readersMax, () =>
      ServerConnection.open(wire, { url, isReadOnly: true }),
    );
    this.writing = {
      pool: new ConnectionPool(connectionPoolLimits.writersMax, () => ServerConnection.open(wire, { url })),
      mode: { isReadOnly: false, ...options },
    };
    this.db = new Kysely({ dialect: new PooledDialect(dialect, this.readers, engine.reads) });
    const changes = new PooledDialect(dialect, this.writing.pool, engine.changes(this.writing));
    this.writerDb = new Kysely({ dialect: changes });
  }

  write<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.writerDb.transaction().execute(work);
  }

  async commit(batch: CommitBatch): Promise<CommitOutcome> {
    this.commits++;
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await this.engine.commitBatch(this.writing, batch);
      } catch (error) {
        const isInTime = performance.now() - began < commitRetryWithinMs;
        if (!this.engine.isPassing(error) || !isInTime || tries === commitTriesMax) throw error;
      }
    }
  }

  append(tx: Transaction<Tables>, message: NewMessage): Promise<AppendOutcome> {
    const run = async <Row>(text: string, parameters: readonly unknown[]) =>
      (await tx.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]))).rows;
    return this.engine.appendUnchecked(run, message);
  }

  nextVersion(tx: Transaction<Tables>, conversationId: number, now: number): Promise<number> {
    return this.engine.nextVersion(tx, conversationId, now);
  }

  search(query: SearchQuery): Promise<readonly SearchHit[]> {
    return this.readers.use((connection) => this.engine.search(connection, query));
  }

  index(): Promise<void> {
    return indexInSteps({
      restPerStep: indexStepLimits.restPerStep,
      commits: () => this.commits,
      step: () => this.writing.pool.use((connection) => this.engine.indexStep(connection)),
    });
  }

  /** Whether every write is refused, as by a server that stands by. */
  get isReadOnly(): boolean {
    return this.writing.mode.isReadOnly;
  }

  set isReadOnly(isReadOnly: boolean) {
    this.writing.mode.isReadOnly = isReadOnly;
  }

  close(): Promise<void> {
    this.closing ??= this.closePools();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async closePools(): Promise<void> {
    await Promise.all([this.writing.pool.close(), this.readers.close()]);
  }
}

/** Brings the tables up to date; when several processes start at once, one of them does. */
export async function migrateServer(
  { wire, dialect }: Pick<ServerEngine, 'wire' | 'dialect'>,
  engine: Engine,
  url: string,
): Promise<void> {
  const pool = new ConnectionPool(1, () => ServerConnection.open(wire, { url, deadlineMs: serverLimits.migrationMs }));
  try {
    await migrate(new Kysely({ dialect: new PooledDialect(dialect, pool, plainTransactions) }), engine);
  } finally {
    await pool.close();
  }
}
