import { isBusy, toStoreError, unavailable } from './sqlite-errors.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { SqlitePool } from './sqlite-dialect.ts';
import { Turnstile } from './turnstile.ts';

export const poolLimits = {
  /** Connections that read; more than one is in use only while somebody reads in a transaction. */
  readersMax: 8,
  /** Waiting for one's turn and for the lock of another process, both together, before `unavailable`. [D11] */
  waitMsMax: 1_500,
  lockRetryMs: 5,
} as const;

/** The one connection that writes, to one at a time. */
export class WriterPool implements SqlitePool {
  private readonly connection: SqliteConnection;
  private readonly turnstile = new Turnstile(1);
  private isClosed = false;
  /** Of whoever has the connection. */
  private deadlineMs = 0;

  constructor(connection: SqliteConnection) {
    this.connection = connection;
  }

  async acquire(): Promise<SqliteConnection> {
    const deadlineMs = performance.now() + poolLimits.waitMsMax;
    if (this.isClosed || !(await this.turnstile.enter(poolLimits.waitMsMax))) throw unavailable();
    this.deadlineMs = deadlineMs;
    if (!this.isClosed) return this.connection;
    this.turnstile.leave();
    throw unavailable();
  }

  release(): void {
    this.turnstile.leave();
  }

  /** Takes the lock of the file at once, so that nothing later in the transaction can wait or fail for it. */
  async begin(connection: SqliteConnection): Promise<void> {
    for (;;) {
      try {
        connection.prepare('begin immediate').run();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > this.deadlineMs) throw toStoreError(error);
      }
      await Bun.sleep(poolLimits.lockRetryMs);
    }
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.turnstile.enter(Infinity);
    this.connection.close();
    this.turnstile.leave();
  }
}

/** Connections that read: each serves one at a time, so that a transaction sees one state. */
export class ReaderPool implements SqlitePool {
  private readonly path: string;
  private readonly turnstile = new Turnstile(poolLimits.readersMax);
  private readonly idle: SqliteConnection[] = [];
  private isClosed = false;

  constructor(path: string) {
    this.path = path;
  }

  async acquire(): Promise<SqliteConnection> {
    if (this.isClosed || !(await this.turnstile.enter(poolLimits.waitMsMax))) throw unavailable();
    try {
      if (this.isClosed) throw unavailable();
      return this.idle.pop() ?? SqliteConnection.openReader(this.path);
    } catch (error) {
      this.turnstile.leave();
      throw toStoreError(error);
    }
  }

  release(connection: SqliteConnection): void {
    this.idle.push(connection);
    this.turnstile.leave();
  }

  async begin(connection: SqliteConnection): Promise<void> {
    connection.execute('begin');
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (let place = 0; place < poolLimits.readersMax; place++) await this.turnstile.enter(Infinity);
    for (const connection of this.idle.splice(0)) connection.close();
    for (let place = 0; place < poolLimits.readersMax; place++) this.turnstile.leave();
  }
}
