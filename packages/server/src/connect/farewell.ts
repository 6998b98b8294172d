import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import { Timed, wheelLimits, type TimerWheel } from './timer-wheel.ts';

/** Clients whose node is gone come back within this time, each at its own moment. */
const comeBackSpreadMs = 2_000;
/** Of the whole: from when a client opens its next socket until this one is closed. */
const handOverShare = 1 / 3;

/**
 * Sends all clients away in waves spread over `totalMs`: first everyone is told when its turn to go elsewhere comes, so that they
 * do not all arrive there at once. Each wave is closed a while after its turn: who was told is on its next socket by then, and
 * misses nothing; who was not, or did not go, is told when to come back.
 */
export class Farewell extends Timed {
  private readonly wheel: TimerWheel;
  private readonly leaving: Connection[];
  private readonly perWave: number;
  private readonly handOverMs: number;
  private readonly gone = Promise.withResolvers<void>();

  constructor(connections: Connections, wheel: TimerWheel, totalMs: number) {
    super();
    this.wheel = wheel;
    this.leaving = shuffled([...connections.all()]);
    this.handOverMs = totalMs * handOverShare;
    const waves = Math.max(1, Math.floor((totalMs - this.handOverMs) / wheelLimits.tickMs));
    this.perWave = Math.max(1, Math.ceil(this.leaving.length / waves));
  }

  /** Resolves when the last wave was closed. */
  async say(): Promise<void> {
    for (const [index, connection] of this.leaving.entries())
      if (connection.session !== undefined)
        connection.protocol.onDrain?.(connection, this.waveOf(index) * wheelLimits.tickMs);
    this.wheel.schedule(this, this.leaving.length > 0 ? this.handOverMs : 0);
    await this.gone.promise;
  }

  override expire(): void {
    for (const connection of this.leaving.splice(-this.perWave)) {
      const retryAfterMs = Math.floor(Math.random() * comeBackSpreadMs);
      connection.close('drain', JSON.stringify({ retryAfterMs }));
    }
    if (this.leaving.length > 0) this.wheel.schedule(this, wheelLimits.tickMs);
    else this.gone.resolve();
  }

  /** Waves are taken from the end of the list. */
  private waveOf(index: number): number {
    return Math.floor((this.leaving.length - 1 - index) / this.perWave);
  }
}

function shuffled<Item>(items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
  return items;
}
