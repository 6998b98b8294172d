import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
} from 'kysely';
import type { PostgresConnection } from './postgres-connection.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { rollBack, type PostgresTransactions } from './postgres-transactions.ts';

/** Kysely on `Bun.SQL`. */
export class BunPostgresDialect implements Dialect {
  private readonly pool: PostgresPool;
  private readonly transactions: PostgresTransactions;

  constructor(pool: PostgresPool, transactions: PostgresTransactions) {
    this.pool = pool;
    this.transactions = transactions;
  }

  createDriver(): Driver {
    return new BunPostgresDriver(this.pool, this.transactions);
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter();
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler();
  }

  createIntrospector(db: Kysely<unknown>): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
}

class BunPostgresDriver implements Driver {
  private readonly pool: PostgresPool;
  private readonly transactions: PostgresTransactions;

  constructor(pool: PostgresPool, transactions: PostgresTransactions) {
    this.pool = pool;
    this.transactions = transactions;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return this.pool.acquire();
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return this.transactions.begin(connection as PostgresConnection);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.transactions.commit(connection as PostgresConnection);
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return rollBack(connection as PostgresConnection);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.pool.release(connection as PostgresConnection);
  }

  async destroy(): Promise<void> {}
}
