import { ParleyError } from '@parley/protocol';
import { postgresLimits, type PostgresConnection } from './postgres-connection.ts';
import { unavailable } from './postgres-errors.ts';
import { Turnstile } from './turnstile.ts';

export const postgresPoolLimits = {
  /** Connections of one process, that read and that write. A server takes 100 unless it is told otherwise. */
  readersMax: 8,
  writersMax: 4,
  /** Waiting for one's turn. [D11] */
  waitMsMax: postgresLimits.deadlineMs,
  /** Who wait for a turn at a pool. `busy` */
  waitingMax: 10_000,
  retryAfterMs: 500,
} as const;

/** Connections of one kind, each to one at a time. One that was lost is replaced when it is needed. */
export class PostgresPool {
  private readonly open: () => Promise<PostgresConnection>;
  private readonly connectionsMax: number;
  private readonly turnstile: Turnstile;
  private readonly idle: PostgresConnection[] = [];
  private isClosed = false;

  constructor(connectionsMax: number, open: () => Promise<PostgresConnection>) {
    this.open = open;
    this.connectionsMax = connectionsMax;
    this.turnstile = new Turnstile(connectionsMax);
  }

  /** @throws ParleyError `busy`, `unavailable` */
  async acquire(): Promise<PostgresConnection> {
    if (this.turnstile.waitingCount >= postgresPoolLimits.waitingMax)
      throw new ParleyError('busy', undefined, { retryAfterMs: postgresPoolLimits.retryAfterMs });
    if (this.isClosed || !(await this.turnstile.enter(postgresPoolLimits.waitMsMax))) throw unavailable();
    try {
      if (this.isClosed) throw unavailable();
      return this.takeIdle() ?? (await this.open());
    } catch (error) {
      this.turnstile.leave();
      throw error instanceof ParleyError ? error : unavailable(error);
    }
  }

  release(connection: PostgresConnection): void {
    if (connection.isUsable) this.idle.push(connection);
    else connection.close();
    this.turnstile.leave();
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (let place = 0; place < this.connectionsMax; place++) await this.turnstile.enter(Infinity);
    for (const connection of this.idle.splice(0)) connection.close();
    for (let place = 0; place < this.connectionsMax; place++) this.turnstile.leave();
  }

  private takeIdle(): PostgresConnection | undefined {
    for (;;) {
      const connection = this.idle.pop();
      if (connection === undefined || connection.isUsable) return connection;
    }
  }
}
