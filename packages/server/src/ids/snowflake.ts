import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import { DecimalIds, stepsPerMs } from './decimal-ids.ts';

export const snowflakeLimits = {
  /** 2025-01-01T00:00:00Z. 41 bits of milliseconds last until 2094. */
  epochMs: 1_735_689_600_000,
  timeMax: 2 ** 41 - 1,
  /** When the clock stands still or goes back: waited this long, then time is counted on without it. [D14] */
  waitMsMax: 10,
  /** Looks at a clock that does not move at all before it is taken as waited for. */
  looksMax: 200_000,
  /** How far ahead of the clock time is reserved with the lease: no id lies beyond, so that after a crash none is given out twice. */
  reserveMs: 4_000,
} as const;

/** When an id was given out, as far as its worker's time went. */
export function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + snowflakeLimits.epochMs;
}

/** What is leased: nobody else holds this worker id. The registry's `WorkerLease` is one. */
export interface IdLease {
  /** 0 to 1023. */
  readonly workerId: number;
  /** Ids up to this time may have been given out. */
  readonly highWaterMs: number;
  report(timeMs: number): Promise<void>;
  onLost(listener: () => void): void;
}

export interface SnowflakeOptions {
  readonly lease: IdLease;
  readonly clock: Clock;
  /** Told once each time ids begin to run ahead of the clock, and by how much. */
  readonly onAlarm: (aheadMs: number) => void;
}

/**
 * Snowflake ids as decimal strings: 41 bits of milliseconds since 2025, 10 bits worker, 12 bits step. Never repeats one, whatever
 * the clock does; each is larger than the one before. [D14]
 */
export class Snowflake {
  private readonly lease: IdLease;
  private readonly clock: Clock;
  private readonly onAlarm: (aheadMs: number) => void;
  private readonly decimal = new DecimalIds();
  private timeMs: number;
  private step = stepsPerMs - 1;
  private reservedMs: number;
  private isReserving = false;
  private isAhead = false;
  private isLost = false;

  private constructor({ lease, clock, onAlarm }: SnowflakeOptions, reservedMs: number) {
    this.lease = lease;
    this.clock = clock;
    this.onAlarm = onAlarm;
    this.timeMs = Math.max(lease.highWaterMs, snowflakeLimits.epochMs);
    this.reservedMs = reservedMs;
    // What the last holder had reserved is ahead of the clock after a quick restart, and no reason for an alarm.
    const aheadMs = this.timeMs - clock.now();
    this.isAhead = aheadMs > 0;
    if (aheadMs > snowflakeLimits.reserveMs) onAlarm(aheadMs);
    lease.onLost(() => {
      this.isLost = true;
    });
  }

  /** Resolves when the first ids are reserved. @throws whatever the lease's `report` throws. */
  static async start(options: SnowflakeOptions): Promise<Snowflake> {
    const { lease, clock } = options;
    const reservedMs = Math.max(clock.now(), lease.highWaterMs, snowflakeLimits.epochMs) + snowflakeLimits.reserveMs;
    await lease.report(reservedMs);
    return new Snowflake(options, reservedMs);
  }

  /** Ids up to this time may have been given out. */
  get highWaterMs(): number {
    return this.timeMs;
  }

  /** @throws ParleyError `unavailable` when the lease is lost, or all that could be reserved with it is used up. */
  nextId(): string {
    if (this.isLost) throw new ParleyError('unavailable');
    const now = this.now();
    if (now > this.timeMs) this.follow(now);
    else if (now < this.timeMs && !this.isAhead) this.follow(this.wait(this.timeMs));
    else if (this.step < stepsPerMs - 1) this.step++;
    else this.follow(this.isAhead ? now : this.wait(this.timeMs + 1));
    return this.decimal.at(this.step);
  }

  /** The clock, but not beyond what is reserved: after an idle while ids lag behind it until the lease has answered. */
  private now(): number {
    const now = Math.floor(this.clock.now());
    if (now > this.reservedMs - snowflakeLimits.reserveMs / 2) this.reserve(now);
    return Math.min(now, this.reservedMs);
  }

  /** The next id's time and step: by the clock where it is ahead, by our own count where it is not. */
  private follow(now: number): void {
    if (now > this.timeMs) {
      this.isAhead = false;
      this.moveTo(now);
      return;
    }
    if (now < this.timeMs || this.step === stepsPerMs - 1) this.goAhead(now);
    if (this.step < stepsPerMs - 1) this.step++;
    else this.moveTo(this.timeMs + 1);
  }

  private goAhead(now: number): void {
    if (!this.isAhead) this.onAlarm(this.timeMs - now);
    this.isAhead = true;
  }

  private moveTo(timeMs: number): void {
    if (timeMs > this.reservedMs - snowflakeLimits.reserveMs / 2) this.reserve(timeMs);
    if (timeMs > this.reservedMs || timeMs - snowflakeLimits.epochMs > snowflakeLimits.timeMax)
      throw new ParleyError('unavailable');
    this.timeMs = timeMs;
    this.step = 0;
    this.decimal.moveTo(timeMs - snowflakeLimits.epochMs, this.lease.workerId);
  }

  /** Looks at the clock until it says `timeMs`, but not for long. */
  private wait(timeMs: number): number {
    const until = this.clock.monotonic() + snowflakeLimits.waitMsMax;
    let now = this.now();
    for (let looks = 0; now < timeMs && looks < snowflakeLimits.looksMax; looks++) {
      if (this.clock.monotonic() >= until) break;
      now = this.now();
    }
    return now;
  }

  /** In the background, while half of what was reserved is left. One that fails is tried again with a later id. */
  private reserve(timeMs: number): void {
    if (this.isReserving) return;
    this.isReserving = true;
    void this.report(timeMs + snowflakeLimits.reserveMs);
  }

  private async report(timeMs: number): Promise<void> {
    try {
      await this.lease.report(timeMs);
      this.reservedMs = timeMs;
    } catch {
      // What is reserved lasts for a while; after that `nextId` refuses.
    } finally {
      this.isReserving = false;
    }
  }
}
