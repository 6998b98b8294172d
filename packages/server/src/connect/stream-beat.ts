import { limits } from '@parley/protocol';
import type { StreamConnection } from './stream-connection.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

/** Keeps one event stream from looking dead to what it passes through. */
export class StreamBeat extends Timed {
  private readonly wheel: TimerWheel;
  private readonly connection: StreamConnection;

  constructor(wheel: TimerWheel, connection: StreamConnection) {
    super();
    this.wheel = wheel;
    this.connection = connection;
    wheel.schedule(this, limits.streamBeatMs);
  }

  override expire(): void {
    this.connection.beat();
    this.wheel.schedule(this, limits.streamBeatMs);
  }

  stop(): void {
    this.wheel.cancel(this);
  }
}
