import {
  SqliteAdapter,
  SqliteIntrospector,
  type SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
} from 'kysely';
import { JoinSafeCompiler } from './sqlite-compiler.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Who hands out connections, and how a transaction on one begins. */
export interface SqlitePool {
  acquire(): Promise<SqliteConnection>;
  release(connection: SqliteConnection): void;
  begin(connection: SqliteConnection): Promise<void>;
}

/** Kysely on `bun:sqlite`. */
export class BunSqliteDialect implements Dialect {
  private readonly pool: SqlitePool;

  constructor(pool: SqlitePool) {
    this.pool = pool;
  }

  createDriver(): Driver {
    return new BunSqliteDriver(this.pool);
  }

  createAdapter(): SqliteAdapter {
    return new PooledSqliteAdapter();
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new JoinSafeCompiler();
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Kysely's adapter is for one connection without a pool, and does not count on SQLite rolling back changes of the schema. */
class PooledSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class BunSqliteDriver implements Driver {
  private readonly pool: SqlitePool;

  constructor(pool: SqlitePool) {
    this.pool = pool;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return this.pool.acquire();
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return this.pool.begin(connection as SqliteConnection);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).execute('commit');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.pool.release(connection as SqliteConnection);
  }

  async destroy(): Promise<void> {}
}
