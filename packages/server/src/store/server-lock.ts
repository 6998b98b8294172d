import type { ServerConnection } from './server-connection.ts';

export const serverLockLimits = {
  /** A process that was just killed has its lock until the server notices, at most so long. */
  waitMs: 3_000,
  retryMs: 100,
  /** Between two looks whether the lock is still there. */
  checkMs: 2_000,
  /** Looks in a row that find it with somebody else before that is told: the lost connection itself may have it a little longer. */
  missesMax: 3,
  /** The server forgets a holder whose machine is gone after about this long. */
  forgetS: 15,
} as const;

export interface ServerLockOptions {
  /** Takes the lock on a connection of its own, which has it to its end. Undefined: others have it, and not in the same way. */
  readonly take: () => Promise<ServerConnection | undefined>;
  /** Told once when somebody has taken the lock after the connection that held it was lost. */
  readonly onTaken: () => void;
}

/**
 * Says that one server works on a database, or several that know of each other. A lock of a session: the database gives it up
 * when the process ends, however it ends.
 */
export class ServerLock {
  private readonly options: ServerLockOptions;
  private connection: ServerConnection;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private misses = 0;
  private isReleased = false;

  /** Undefined: others have it, and not in the same way. @throws the port's errors, or the server's own. */
  static async tryTake(options: ServerLockOptions): Promise<ServerLock | undefined> {
    const until = performance.now() + serverLockLimits.waitMs;
    for (;;) {
      const connection = await options.take();
      if (connection !== undefined) return new ServerLock(options, connection);
      if (performance.now() > until) return undefined;
      await Bun.sleep(serverLockLimits.retryMs);
    }
  }

  private constructor(options: ServerLockOptions, connection: ServerConnection) {
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
    if (!this.isReleased) this.timer = setTimeout(() => void this.check(), serverLockLimits.checkMs);
  }

  /** While the database is away nobody has the lock, and nobody can do anything either. */
  private async check(): Promise<void> {
    try {
      if (!(await isHeld(this.connection))) await this.takeAgain();
    } catch {
      // Tried again with the next look.
    }
    this.checkLater();
  }

  private async takeAgain(): Promise<void> {
    const connection = await this.options.take();
    this.misses = connection === undefined ? this.misses + 1 : 0;
    if (this.misses === serverLockLimits.missesMax) this.options.onTaken();
    if (connection === undefined) return;
    this.connection = connection;
    if (this.isReleased) connection.close();
  }
}

async function isHeld(connection: ServerConnection): Promise<boolean> {
  if (!connection.isOpen) return false;
  return connection.query('select 1').then(
    () => true,
    () => false,
  );
}

/** A new connection, if `take` gets the lock on it. */
export async function keepIf(
  connection: ServerConnection,
  take: (connection: ServerConnection) => Promise<boolean>,
): Promise<ServerConnection | undefined> {
  let isKept = false;
  try {
    isKept = await take(connection);
  } finally {
    if (!isKept) connection.close();
  }
  return isKept ? connection : undefined;
}
