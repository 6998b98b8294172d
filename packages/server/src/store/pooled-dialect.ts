import type {
  DatabaseConnection,
  DatabaseIntrospector,
  Dialect,
  DialectAdapter,
  Driver,
  Kysely,
  QueryCompiler,
} from 'kysely';
import type { ConnectionPool } from './connection-pool.ts';
import type { ServerConnection } from './server-connection.ts';
import { rollBack, type Transactions } from './transactions.ts';

/** What is one engine's own about its SQL. */
export interface DialectParts {
  createAdapter(): DialectAdapter;
  createQueryCompiler(): QueryCompiler;
  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector;
}

/** Kysely on a pool of connections to a server. */
export class PooledDialect implements Dialect {
  private readonly parts: DialectParts;
  private readonly pool: ConnectionPool;
  private readonly transactions: Transactions;

  constructor(parts: DialectParts, pool: ConnectionPool, transactions: Transactions) {
    this.parts = parts;
    this.pool = pool;
    this.transactions = transactions;
  }

  createDriver(): Driver {
    return new PooledDriver(this.pool, this.transactions);
  }

  createAdapter(): DialectAdapter {
    return this.parts.createAdapter();
  }

  createQueryCompiler(): QueryCompiler {
    return this.parts.createQueryCompiler();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return this.parts.createIntrospector(db);
  }
}

class PooledDriver implements Driver {
  private readonly pool: ConnectionPool;
  private readonly transactions: Transactions;

  constructor(pool: ConnectionPool, transactions: Transactions) {
    this.pool = pool;
    this.transactions = transactions;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return this.pool.acquire();
  }

  /** What begins and then waits in vain for its turn has begun all the same, and Kysely does not roll back what did not begin. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await this.transactions.begin(connection as ServerConnection);
    } catch (error) {
      await rollBack(connection as ServerConnection);
      throw error;
    }
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.transactions.commit(connection as ServerConnection);
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return rollBack(connection as ServerConnection);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.pool.release(connection as ServerConnection);
  }

  async destroy(): Promise<void> {}
}
