import { PostgresConnection } from './postgres-connection.ts';
import { postgresLocks } from './postgres-transactions.ts';

export const postgresLockLimits = {
  /** A server that was just killed has its lock until PostgreSQL notices, at most so long. */
  waitMs: 3_000,
  retryMs: 100,
  /** Between two looks whether the lock is still there. */
  checkMs: 2_000,
  /** PostgreSQL forgets a holder whose machine is gone after about this long, in three equal parts. */
  forgetS: 15,
} as const;

export interface PostgresLockOptions {
  readonly url: string;
  /** With all that share it; otherwise alone. */
  readonly isShared: boolean;
  /** Told once when somebody has taken the lock after the connection that held it was lost. */
  readonly onTaken: () => void;
}

/**
 * Says that one server works on a database, or several that know of each other. An advisory lock of a session: PostgreSQL gives
 * it up when the process ends, however it ends.
 */
export class PostgresLock {
  private readonly options: PostgresLockOptions;
  private connection: PostgresConnection;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isTaken = false;
  private isReleased = false;

  /** Undefined: others have it, and not in the same way. @throws the port's errors, or the server's own. */
  static async tryTake(options: PostgresLockOptions): Promise<PostgresLock | undefined> {
    const until = performance.now() + postgresLockLimits.waitMs;
    for (;;) {
      const connection = await take(options);
      if (connection !== undefined) return new PostgresLock(options, connection);
      if (performance.now() > until) return undefined;
      await Bun.sleep(postgresLockLimits.retryMs);
    }
  }

  private constructor(options: PostgresLockOptions, connection: PostgresConnection) {
    this.options = options;
    this.connection = connection;
    this.checkLater();
  }

  release(): void {
    this.isReleased = true;
    clearTimeout(this.timer);
    this.connection.close();
  }

  private checkLater(): void {
    if (!this.isReleased) this.timer = setTimeout(() => void this.check(), postgresLockLimits.checkMs);
  }

  /** While PostgreSQL is away nobody has the lock, and nobody can do anything either. */
  private async check(): Promise<void> {
    try {
      if (!(await isHeld(this.connection))) await this.takeAgain();
    } catch {
      // Tried again with the next look.
    }
    this.checkLater();
  }

  private async takeAgain(): Promise<void> {
    const connection = await take(this.options);
    if (connection === undefined && !this.isTaken) this.options.onTaken();
    this.isTaken = connection === undefined;
    if (connection === undefined) return;
    this.connection = connection;
    if (this.isReleased) connection.close();
  }
}

async function isHeld(connection: PostgresConnection): Promise<boolean> {
  if (!connection.isOpen) return false;
  return connection.query('select 1').then(
    () => true,
    () => false,
  );
}

async function take({ url, isShared }: PostgresLockOptions): Promise<PostgresConnection | undefined> {
  const partS = postgresLockLimits.forgetS / 3;
  const session = { tcp_keepalives_idle: partS, tcp_keepalives_interval: partS, tcp_keepalives_count: 2 };
  const connection = await PostgresConnection.open({ url, session });
  const lock = isShared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  try {
    const { rows } = await connection.query<{ readonly isTaken: boolean }>(`select ${lock}($1::bigint) as "isTaken"`, [
      postgresLocks.servers,
    ]);
    if (rows[0]?.isTaken === true) return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
  connection.close();
  return undefined;
}
