import { ParleyError } from '@parley/protocol';
import { serverLimits, type ServerConnection } from './server-connection.ts';
import { rollBack } from './transactions.ts';
import { Turnstile } from './turnstile.ts';
import { unavailable } from './unavailable.ts';

export const connectionPoolLimits = {
  /** Connections of one process, that read and that write. A server takes 100 or so unless it is told otherwise. */
  readersMax: 8,
  writersMax: 4,
  /** Waiting for one's turn. [D11] */
  waitMsMax: serverLimits.deadlineMs,
  /** Who wait for a turn at a pool. `busy` */
  waitingMax: 10_000,
  retryAfterMs: 500,
} as const;

/** Connections of one kind, each to one at a time. One that was lost is replaced when it is needed. */
export class ConnectionPool {
  private readonly open: () => Promise<ServerConnection>;
  private readonly connectionsMax: number;
  private readonly turnstile: Turnstile;
  private readonly idle: ServerConnection[] = [];
  private isClosed = false;

  constructor(connectionsMax: number, open: () => Promise<ServerConnection>) {
    this.open = open;
    this.connectionsMax = connectionsMax;
    this.turnstile = new Turnstile(connectionsMax);
  }

  /** @throws ParleyError `busy`, `unavailable` */
  async acquire(): Promise<ServerConnection> {
    if (this.turnstile.waitingCount >= connectionPoolLimits.waitingMax)
      throw new ParleyError('busy', undefined, { retryAfterMs: connectionPoolLimits.retryAfterMs });
    if (this.isClosed || !(await this.turnstile.enter(connectionPoolLimits.waitMsMax))) throw unavailable();
    try {
      if (this.isClosed) throw unavailable();
      return this.takeIdle() ?? (await this.open());
    } catch (error) {
      this.turnstile.leave();
      throw error instanceof ParleyError ? error : unavailable(error);
    }
  }

  release(connection: ServerConnection): void {
    if (connection.isUsable) this.idle.push(connection);
    else connection.close();
    this.turnstile.leave();
  }

  /** Runs `work` on a connection of its own; what it began and did not end is undone. */
  async use<T>(work: (connection: ServerConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      return await work(connection);
    } catch (error) {
      await rollBack(connection);
      throw error;
    } finally {
      this.release(connection);
    }
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (let place = 0; place < this.connectionsMax; place++) await this.turnstile.enter(Infinity);
    for (const connection of this.idle.splice(0)) connection.close();
    for (let place = 0; place < this.connectionsMax; place++) this.turnstile.leave();
  }

  private takeIdle(): ServerConnection | undefined {
    for (;;) {
      const connection = this.idle.pop();
      if (connection === undefined || connection.isUsable) return connection;
    }
  }
}
