import { Database, type SQLQueryBindings, type Statement } from 'bun:sqlite';
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { toStoreError } from './sqlite-errors.ts';

export const sqliteLimits = {
  /** Prepared statements one connection keeps; the longest unused one makes room. */
  statementsMax: 500,
  /** Pages in the log before a commit moves them to the main file: 64 MB. Fewer would move the same hot pages more often. */
  checkpointPages: 16_000,
  /** What the log file is cut to when it grew, as it does while a long read holds it. */
  logBytesKept: 128 * 1_048_576,
  /** Page cache of the writer; only what is used is taken. */
  cacheBytes: 64 * 1_048_576,
  /** Of each reader: it starts afresh after every commit, and there are several, so that more would only be memory. */
  readerCacheBytes: 2 * 1_048_576,
  /** How long opening waits for another process that begins or ends its work on the file. */
  openWaitMs: 2_000,
} as const;

/** One handle on the file with its prepared statements. Its calls are synchronous and are over when they return. */
export class SqliteConnection implements DatabaseConnection {
  readonly database: Database;
  private readonly statements = new Map<string, Statement>();
  /** Those with rows to give; asking a statement itself costs as much as a small read. */
  private readonly reading = new WeakSet<Statement>();

  private constructor(database: Database) {
    this.database = database;
  }

  /** The writer: creates the file, which only its owner may read, and makes each commit survive power loss. [D1] */
  static openWriter(path: string, cacheBytes: number = sqliteLimits.cacheBytes): SqliteConnection {
    keepPrivate(path);
    const database = new Database(path, { create: true, readwrite: true });
    // Another process that has just ended with the file may still hold it.
    database.run(`pragma busy_timeout = ${sqliteLimits.openWaitMs}`);
    database.run('pragma journal_mode = wal');
    database.run('pragma synchronous = full');
    database.run(`pragma wal_autocheckpoint = ${sqliteLimits.checkpointPages}`);
    database.run(`pragma journal_size_limit = ${sqliteLimits.logBytesKept}`);
    database.run(`pragma cache_size = -${Math.ceil(cacheBytes / 1_024)}`);
    // From here on waiting for a lock is done by the caller, without stopping the event loop.
    database.run('pragma busy_timeout = 0');
    return new SqliteConnection(database);
  }

  /** A reader: sees what was committed when its statement or transaction begins, and never waits for the writer. */
  static openReader(path: string): SqliteConnection {
    const database = new Database(path, { readwrite: true });
    database.run('pragma query_only = on');
    database.run(`pragma cache_size = -${sqliteLimits.readerCacheBytes / 1_024}`);
    return new SqliteConnection(database);
  }

  /** A connection that may only read refuses to write with the engine's own error. */
  get isReadOnly(): boolean {
    const row = this.database.query<{ query_only: number }, []>('pragma query_only').get();
    return row?.query_only === 1;
  }

  set isReadOnly(isReadOnly: boolean) {
    this.database.run(`pragma query_only = ${isReadOnly ? 'on' : 'off'}`);
  }

  prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known === undefined) return this.compile(sql);
    // Moved to the end: a Map keeps the order of insertion, so that the first is the longest unused one.
    this.statements.delete(sql);
    this.statements.set(sql, known);
    return known;
  }

  /** @throws the port's errors. */
  execute(sql: string): void {
    try {
      this.prepare(sql).run();
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** After a full disk SQLite has rolled back by itself; a second one would hide the first error. */
  rollback(): void {
    if (this.database.inTransaction) this.execute('rollback');
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const statement = this.prepare(sql);
      const bindings = parameters as SQLQueryBindings[];
      if (this.reading.has(statement)) return { rows: statement.all(...bindings) as Row[] };
      const { changes, lastInsertRowid } = statement.run(...bindings);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async *streamQuery<Row>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    // A statement of its own: a cached one could be run again while this one is half read.
    const statement = this.database.prepare(sql);
    try {
      for (const row of statement.iterate(...(parameters as SQLQueryBindings[]))) yield { rows: [row as Row] };
    } catch (error) {
      throw toStoreError(error);
    } finally {
      statement.finalize();
    }
  }

  close(): void {
    for (const statement of this.statements.values()) statement.finalize();
    this.statements.clear();
    this.database.close();
  }

  private compile(sql: string): Statement {
    const statement = this.database.prepare(sql);
    if (statement.columnNames.length > 0) this.reading.add(statement);
    this.statements.set(sql, statement);
    if (this.statements.size > sqliteLimits.statementsMax) this.dropOldest();
    return statement;
  }

  private dropOldest(): void {
    for (const [sql, statement] of this.statements) {
      statement.finalize();
      this.statements.delete(sql);
      return;
    }
  }
}

/** Makes the file, or takes from others what a generous umask gave them. SQLite gives its log the mode of the file. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
}
