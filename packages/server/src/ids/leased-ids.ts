import type { Clock } from '../clock.ts';
import { Snowflake, type IdLease } from './snowflake.ts';

export interface LeasedIdsOptions {
  /** Takes a worker id. */
  readonly lease: () => Promise<IdLease>;
  readonly clock: Clock;
  /** Ids begin beyond this time, whatever the lease knows. */
  readonly afterMs?: number;
  /** Told once each time ids begin to run ahead of the clock, and by how much. */
  readonly onAlarm: (aheadMs: number) => void;
  /** Told when the worker id was lost, and of each failure to take another one. */
  readonly onLost: (error?: unknown) => void;
}

/** Between two tries to take a worker id. */
const retryMs = 1_000;

interface Taken {
  readonly lease: IdLease;
  readonly ids: Snowflake;
}

/** Ids from a leased worker id, and from another one when that was lost: until then there are none. [D14] */
export class LeasedIds {
  private readonly options: LeasedIdsOptions;
  private ids: Snowflake;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;

  private constructor(options: LeasedIdsOptions, taken: Taken) {
    this.options = options;
    this.ids = this.use(taken);
  }

  /** @throws whatever the lease throws. */
  static async start(options: LeasedIdsOptions): Promise<LeasedIds> {
    return new LeasedIds(options, await take(options, options.afterMs ?? 0));
  }

  /** @throws ParleyError `unavailable` while there is no lease, or all that could be reserved with it is used up. */
  nextId(): string {
    return this.ids.nextId();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private use({ lease, ids }: Taken): Snowflake {
    lease.onLost(() => {
      if (this.isClosed) return;
      this.options.onLost();
      void this.takeAnother();
    });
    return ids;
  }

  /** Later ids are larger than earlier ones, whichever worker id they have. */
  private async takeAnother(): Promise<void> {
    try {
      this.ids = this.use(await take(this.options, this.ids.highWaterMs));
    } catch (error) {
      if (this.isClosed) return;
      this.options.onLost(error);
      this.timer = setTimeout(() => void this.takeAnother(), retryMs);
    }
  }
}

async function take({ lease: takeLease, clock, onAlarm }: LeasedIdsOptions, afterMs: number): Promise<Taken> {
  const lease = await takeLease();
  const begun: IdLease = {
    workerId: lease.workerId,
    highWaterMs: Math.max(lease.highWaterMs, afterMs),
    report: (timeMs) => lease.report(timeMs),
    onLost: (listener) => lease.onLost(listener),
  };
  return { lease, ids: await Snowflake.start({ lease: begun, clock, onAlarm }) };
}
