import { ParleyError } from '@parley/protocol';
import { isBusy, toStoreError } from './sqlite-errors.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { SqlitePool } from './sqlite-dialect.ts';
import { Turnstile } from './turnstile.ts';
import { unavailable } from './unavailable.ts';

export const poolLimits = {
  /** Connections that read; more than one is in use only while somebody reads in a transaction. */
  readersMax: 8,
  /** Waiting for one's turn and for the lock of another process, both together, before `unavailable`. [D11] */
  waitMsMax: 1_500,
  /** The same, while the last one waited in vain: commands one after the other must not add up their waits. */
  lockedWaitMsMax: 100,
  lockRetryMs: 5,
  /** Who wait for a turn at a pool. `busy` */
  waitingMax: 10_000,
  retryAfterMs: 500,
} as const;

/** The one connection that writes, to one at a time. */
export class WriterPool implements SqlitePool {
  readonly connection: SqliteConnection;
  private readonly turnstile = new Turnstile(1);
  private isClosed = false;
  /** Of whoever has the connection. */
  private deadlineMs = 0;
  /** Another process had the lock the last time, for as long as one waits. */
  private isLocked = false;

  constructor(connection: SqliteConnection) {
    this.connection = connection;
  }

  async acquire(): Promise<SqliteConnection> {
    const waitMs = this.isLocked ? poolLimits.lockedWaitMsMax : poolLimits.waitMsMax;
    const deadlineMs = performance.now() + waitMs;
    refuseTooMany(this.turnstile);
    if (this.isClosed || !(await this.turnstile.enter(waitMs))) throw unavailable();
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
        this.isLocked = false;
        return;
      } catch (error) {
        const isOver = performance.now() > this.deadlineMs;
        if (isBusy(error) && isOver) this.isLocked = true;
        if (!isBusy(error) || isOver) throw toStoreError(error);
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
    refuseTooMany(this.turnstile);
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

/** @throws ParleyError `busy` */
function refuseTooMany({ waitingCount }: Turnstile): void {
  if (waitingCount >= poolLimits.waitingMax)
    throw new ParleyError('busy', undefined, { retryAfterMs: poolLimits.retryAfterMs });
}
