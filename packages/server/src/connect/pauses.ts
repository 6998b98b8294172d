import type { Connection } from './connection.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

/**
 * Long enough for what comes meanwhile to be read, and refused, together; short enough for everybody's turn to come while there
 * is room, because a connection that was paused for long brings so much at once that the next ones find none.
 */
const pauseMs = 200;

/** Connections that are not read for a moment, because they sent more than there is room for: reading costs as much as refusing. [D11, F18] */
export class Pauses extends Timed {
  private readonly wheel: TimerWheel;
  /** Those of the current moment, and those of the one before. */
  private fresh = new Set<Connection>();
  private old = new Set<Connection>();

  constructor(wheel: TimerWheel) {
    super();
    this.wheel = wheel;
  }

  add(connection: Connection): void {
    if (this.fresh.has(connection) || this.old.has(connection)) return;
    this.fresh.add(connection);
    connection.pause();
    if (this.next === undefined) this.wheel.schedule(this, pauseMs / 2);
  }

  /** Everyone is read again after half a pause to a whole one. */
  override expire(): void {
    for (const connection of this.old) if (!connection.isClosed) connection.resume();
    this.old = this.fresh;
    this.fresh = new Set();
    if (this.old.size > 0) this.wheel.schedule(this, pauseMs / 2);
  }
}
