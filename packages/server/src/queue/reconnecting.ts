import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import type { Log } from '../log.ts';
import { pause } from './pause.ts';

export interface ReconnectingOptions<Opened> {
  readonly clock: Clock;
  readonly log: Log;
  /** How long a call may take. */
  readonly callMs: number;
  /** Makes what the calls work with, and calls `lost` when it is of no use any more. */
  open(lost: (error: unknown) => void): Promise<Opened>;
  /** Ends it in good order, as far as the engine answers. */
  close(opened: Opened): Promise<unknown>;
  /** Ends it without a word to the other side, which may not answer. */
  cut(opened: Opened): void;
}

export const reconnectingLimits = {
  callMs: 1_000,
  /** A connection and all it needs; and what a consumer asks, which nobody waits for. */
  openMs: 10_000,
  /** Calls without an answer. `busy` */
  callsMax: 20_000,
  busyRetryMs: 500,
  /** How long nobody asks after a failure. */
  backOffMsMin: 50,
  backOffMsMax: 1_000,
} as const;

interface Link<Opened> {
  readonly opening: Promise<Opened>;
  /** Who waits for it is told. */
  giveUp(reason: unknown): void;
  opened: Opened | undefined;
}

/** What the calls to an engine work with, opened anew after every failure: a stuck one is never used again, and what fails, fails at once. */
export class Reconnecting<Opened> {
  private readonly options: ReconnectingOptions<Opened>;
  private readonly calling: Deadlines;
  private readonly opening: Deadlines;
  private link: Link<Opened> | undefined;
  private calls = 0;
  private backOffMs = 0;
  private retryAtMs = -Infinity;
  /** Why the last one failed. */
  private failure: unknown;
  private isClosed = false;

  constructor(options: ReconnectingOptions<Opened>) {
    this.options = options;
    this.calling = new Deadlines(options.clock, options.callMs);
    this.opening = new Deadlines(options.clock, reconnectingLimits.openMs);
  }

  /** @throws ParleyError `unavailable`, `busy`, or what `work` throws of that kind */
  async run<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    this.requireUsable();
    const link = (this.link ??= this.open());
    this.calls++;
    let isWaitedFor = true;
    try {
      const answer = await this.calling.guard(
        link.opening.then((opened) => {
          // It was answered that it does not happen.
          if (!isWaitedFor) throw new ParleyError('deadline-exceeded');
          return work(opened);
        }),
      );
      this.succeed(link);
      return answer;
    } catch (cause) {
      isWaitedFor = false;
      if (cause instanceof ParleyError && cause.code !== 'deadline-exceeded') throw cause;
      // One that opens has longer than who waits for it.
      if (link.opened !== undefined) this.fail(link, cause);
      throw new ParleyError('unavailable', 'The queue does not answer.', { cause });
    } finally {
      this.calls--;
    }
  }

  /** What is open is of no use any more, as the caller knows. */
  giveUp(reason: Error): void {
    if (this.link !== undefined) this.fail(this.link, reason);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.calling.idle();
    const { link } = this;
    this.link = undefined;
    if (link?.opened === undefined) return;
    const { close, cut } = this.options;
    const closed = close(link.opened).then(nothing, nothing);
    await pause(reconnectingLimits.callMs, closed);
    cut(link.opened);
  }

  private requireUsable(): void {
    if (this.isClosed) throw new ParleyError('unavailable', 'The queue is closed.');
    const isWaiting = this.link === undefined && this.options.clock.monotonic() < this.retryAtMs;
    if (isWaiting) throw new ParleyError('unavailable', 'The queue does not answer.', { cause: this.failure });
    const { callsMax, busyRetryMs: retryAfterMs } = reconnectingLimits;
    if (this.calls >= callsMax) throw new ParleyError('busy', undefined, { retryAfterMs });
  }

  private open(): Link<Opened> {
    const opening = Promise.withResolvers<Opened>();
    const link: Link<Opened> = { opening: opening.promise, giveUp: opening.reject, opened: undefined };
    const opened = this.options.open((error) => this.fail(link, error)).then((made) => this.keep(link, made));
    this.opening.guard(opened).then(opening.resolve, (error: unknown) => {
      this.fail(link, error);
      link.giveUp(error);
    });
    return link;
  }

  private keep(link: Link<Opened>, opened: Opened): Opened {
    if (this.link !== link) {
      this.options.cut(opened);
      throw new Error('It was given up before it was open.');
    }
    link.opened = opened;
    return opened;
  }

  /** What can be opened may still take nothing. */
  private succeed(link: Link<Opened>): void {
    if (link !== this.link) return;
    if (this.backOffMs > 0) this.options.log.info({}, 'The queue is back');
    this.backOffMs = 0;
  }

  private fail(link: Link<Opened>, error: unknown): void {
    if (link !== this.link) return;
    this.failure = error;
    const { clock, log, cut } = this.options;
    if (this.backOffMs === 0) log.warn({ error }, 'The queue does not answer');
    const { backOffMsMin, backOffMsMax } = reconnectingLimits;
    this.backOffMs = Math.min(Math.max(this.backOffMs * 2, backOffMsMin), backOffMsMax);
    this.retryAtMs = clock.monotonic() + this.backOffMs;
    this.link = undefined;
    if (link.opened === undefined) link.giveUp(error);
    else cut(link.opened);
  }
}

function nothing(): void {
  // It is cut all the same.
}
