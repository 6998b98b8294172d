import {
  closeCodes,
  ParleyError,
  type CloseReason,
  type CommandName,
  type ParamsInput,
  type Push,
  type Result,
} from '@parley/protocol';
import { backOffMs, type Loss } from './back-off.ts';
import { Channel, LinkLost, requestTimeoutMs } from './channel.ts';
import type { CallOptions, Connection, ConnectionState } from './contract.ts';
import type { Environment } from './environment.ts';
import { isRead } from './is-read.ts';
import { Value } from './value.ts';
import { waitFor } from './wait-for.ts';

/** Pushes held until the hello is answered; more than a busy second brings. */
const earlyPushesMax = 10_000;
const defectCode = 1011;
/** From opening a link to the answer of the hello. */
const openTimeoutMs = 15_000;

export interface ConnectionEvents {
  /** Who it is and where it stands; undefined: nobody is signed in. */
  hello(): ParamsInput<'session.hello'> | undefined;
  /** Called before the pushes that came meanwhile. [D6] */
  welcomed(welcome: Result<'session.hello'>): void;
  pushed(push: Push): void;
  /** The session is over; it will not come back by itself. */
  ended(reason: CloseReason): void;
}

/** Stays connected: opens channels, says hello, comes back after losses with jitter and the server's advice. */
export class LiveConnection implements Connection {
  readonly #environment: Environment;
  readonly #url: string;
  readonly #events: ConnectionEvents;
  readonly #state = new Value<ConnectionState>({ status: 'offline', attempt: 0, hasBeenOnline: false });
  readonly getSnapshot = this.#state.getSnapshot;
  readonly subscribe = this.#state.subscribe;
  /** Welcomed, in use. */
  #current: Channel | undefined;
  /** Not yet welcomed. */
  #opening: Channel | undefined;
  /** Tries that failed since the last welcome. */
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #stopReturn: (() => void) | undefined;
  #stopDeadline: (() => void) | undefined;

  constructor(environment: Environment, url: string, events: ConnectionEvents) {
    this.#environment = environment;
    this.#url = url;
    this.#events = events;
  }

  start(): void {
    this.#stopReturn ??= this.#environment.onReturn(() => this.#returned());
    if (this.#state.getSnapshot().status === 'offline') this.#open();
  }

  stop(): void {
    this.#stopReturn?.();
    this.#stopReturn = undefined;
    this.#cancelRetry?.();
    this.#stopDeadline?.();
    this.#opening?.close();
    this.#current?.close();
    this.#opening = this.#current = undefined;
    this.#failures = 0;
    this.#state.set({ status: 'offline', attempt: 0, hasBeenOnline: false });
  }

  retryNow(): void {
    if (this.#state.getSnapshot().status === 'waiting') this.#open();
  }

  get isOnline(): boolean {
    return this.#current !== undefined;
  }

  /** Once over the channel there is. @throws LinkLost also when there is none. */
  requestOnce<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>> {
    return this.#current?.request(command, params, options) ?? Promise.reject(new LinkLost());
  }

  /** Waits while connecting; what only reads is asked again after a loss. */
  async request<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options: CallOptions = {},
  ): Promise<Result<Name>> {
    const until = this.#environment.now() + (options.timeoutMs ?? requestTimeoutMs);
    for (;;) {
      options.signal?.throwIfAborted();
      if (!this.isOnline) await this.#online(until, options.signal);
      try {
        return await this.requestOnce(command, params, {
          ...options,
          timeoutMs: Math.max(1, until - this.#environment.now()),
        });
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error;
        if (!isRead(command))
          throw new ParleyError('deadline-exceeded', 'The connection was lost before the answer came.', {
            cause: error,
          });
      }
    }
  }

  #online(until: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const unavailable = (): void => reject(new ParleyError('unavailable', 'There is no connection to the server.'));
    const look = (): void => {
      const { status } = this.#state.getSnapshot();
      if (status === 'online') resolve();
      if (status === 'offline') unavailable();
    };
    const stopTimer = this.#environment.after(Math.max(0, until - this.#environment.now()), unavailable);
    const stopLooking = this.#state.subscribe(look);
    look();
    return waitFor(this.#environment, promise, signal === undefined ? {} : { signal }).finally(() => {
      stopTimer();
      stopLooking();
    });
  }

  #open(): void {
    this.#cancelRetry?.();
    this.#stopDeadline?.();
    this.#opening?.close();
    const hello = this.#events.hello();
    if (hello === undefined) return this.stop();
    if (!this.isOnline) this.#update({ status: 'connecting' });
    const early: Push[] = [];
    const channel: Channel = new Channel(this.#environment, this.#url, {
      opened: () => void this.#greet(channel, hello, early),
      pushed: (push) => (this.#opening === channel ? this.#hold(channel, early, push) : this.#pushed(push)),
      closed: (code, reason) => this.#closed(channel, { code, reason }),
      outdated: () => this.#outdated(channel),
    });
    this.#opening = channel;
    this.#stopDeadline = this.#environment.after(openTimeoutMs, () =>
      this.#giveUp(channel, { code: defectCode, reason: '' }),
    );
  }

  #giveUp(channel: Channel, loss: Loss): void {
    channel.close();
    this.#closed(channel, loss);
  }

  #hold(channel: Channel, early: Push[], push: Push): void {
    if (early.push(push) > earlyPushesMax) this.#giveUp(channel, { code: defectCode, reason: '' });
  }

  async #greet(channel: Channel, hello: ParamsInput<'session.hello'>, early: readonly Push[]): Promise<void> {
    try {
      const sentAt = this.#environment.now();
      const welcome = await channel.request('session.hello', hello);
      if (this.#opening !== channel) return;
      this.#welcome(channel, welcome, this.#environment.now() - sentAt);
      for (const push of early) this.#pushed(push);
    } catch (error) {
      if (!(error instanceof LinkLost)) this.#giveUp(channel, { code: lossCode(error), reason: lossReason(error) });
    }
  }

  #welcome(channel: Channel, welcome: Result<'session.hello'>, roundTripMs: number): void {
    const before = this.#current;
    this.#stopDeadline?.();
    this.#opening = undefined;
    this.#current = channel;
    this.#failures = 0;
    before?.retire();
    this.#events.welcomed(welcome);
    const { transport } = channel;
    const over = transport === undefined ? {} : { transport };
    this.#state.set({ status: 'online', attempt: 0, hasBeenOnline: true, roundTripMs, ...over });
  }

  /** The old one stays until the new one is welcomed. */
  #outdated(channel: Channel): void {
    if (this.#current === channel && this.#opening === undefined) this.#open();
  }

  #pushed(push: Push): void {
    if (push.push === 'server.draining') this.#openAfter(push.retryAfterMs);
    this.#events.pushed(push);
  }

  #closed(channel: Channel, loss: Loss): void {
    const wasOpening = this.#opening === channel;
    if (!wasOpening && this.#current !== channel) return;
    if (wasOpening) {
      this.#stopDeadline?.();
      this.#opening = undefined;
    } else {
      this.#current = undefined;
      this.#failures = 0;
    }
    // The other one of the two goes on.
    if (this.#opening !== undefined) return this.#update({ status: 'connecting' });
    this.#later(loss);
  }

  #later(loss: Loss): void {
    const delayMs = backOffMs(loss, this.#failures, this.#environment.random);
    if (delayMs === undefined) {
      this.stop();
      return this.#events.ended(closeReasonOf(loss.code));
    }
    const attempt = ++this.#failures;
    this.#openAfter(delayMs);
    if (this.isOnline) return;
    const { hasBeenOnline } = this.#state.getSnapshot();
    this.#state.set({ status: 'waiting', retryAt: this.#environment.now() + delayMs, attempt, hasBeenOnline });
  }

  #openAfter(delayMs: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#environment.after(delayMs, () => this.#open());
  }

  #update(change: { readonly status: 'connecting' }): void {
    const { attempt, hasBeenOnline } = this.#state.getSnapshot();
    this.#state.set({ ...change, attempt, hasBeenOnline });
  }

  /** The network is back or the page is looked at again. */
  #returned(): void {
    this.retryNow();
    this.#current?.probe();
  }
}

function closeReasonOf(code: number): CloseReason {
  const known = Object.entries(closeCodes).find(([, description]) => description.code === code);
  return known === undefined ? 'unauthenticated' : (known[0] as CloseReason);
}

function lossCode(error: unknown): number {
  if (!(error instanceof ParleyError)) return defectCode;
  if (error.code === 'unauthenticated' || error.code === 'account-disabled') return closeCodes[error.code].code;
  return error.retryAfterMs === undefined ? closeCodes.overloaded.code : closeCodes.drain.code;
}

function lossReason(error: unknown): string {
  return error instanceof ParleyError && error.retryAfterMs !== undefined
    ? JSON.stringify({ retryAfterMs: error.retryAfterMs })
    : '';
}
