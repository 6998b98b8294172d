import {
  decodeServerFrame,
  fromWireError,
  limits,
  ParleyError,
  type CommandName,
  type ParamsInput,
  type Push,
  type ReplyFrame,
  type Result,
  type ServerFrame,
} from '@parley/protocol';
import type { CallOptions, Transport } from './contract.ts';
import type { Environment, Link } from './environment.ts';

/** How long a reply is waited for, unless told otherwise. */
export const requestTimeoutMs = 10_000;
/** Silence after which a ping is sent; below the interval the server counts on. */
const pingAfterMs = 25_000;
const probeTimeoutMs = 5_000;
/** A timer that is later than this was asleep with the machine; one that is earlier had its clock put back. */
const lateMs = 5_000;
const lostCode = 1006;

/** The link went away before the reply: whether the command was done is unknown. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost';
}

export interface ChannelEvents {
  opened(): void;
  pushed(push: Push): void;
  /** The last call. `code` is a WebSocket close code. */
  closed(code: number, reason: string): void;
  /** Another link may be a better one. */
  outdated(): void;
}

interface Outstanding {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One link to the server and what is asked over it: numbers the commands, matches the replies, keeps it alive. */
export class Channel {
  readonly #environment: Environment;
  readonly #events: ChannelEvents;
  readonly #link: Link;
  readonly #outstanding = new Map<number, Outstanding>();
  #nextId = 1;
  #lastSentAt: number;
  #lastHeardAt: number;
  /** Frames, whatever the clock does meanwhile. */
  #heard = 0;
  #stopHeartbeat: () => void;
  #isClosed = false;
  #transport: Transport | undefined;
  #drained: (() => void) | undefined;

  constructor(environment: Environment, url: string, events: ChannelEvents) {
    this.#environment = environment;
    this.#events = events;
    this.#lastSentAt = this.#lastHeardAt = environment.now();
    this.#stopHeartbeat = this.#armHeartbeat(pingAfterMs);
    this.#link = environment.openLink(url, {
      opened: () => events.opened(),
      over: (transport) => (this.#transport = transport),
      received: (text) => this.#receive(text),
      closed: (code, reason) => this.#end(code, reason),
      outdated: () => events.outdated(),
    });
  }

  /** What it goes over, once it is open and where that is known. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  /** @throws LinkLost when the link goes away first; ParleyError the server's refusal, or `deadline-exceeded`. */
  request<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options: CallOptions = {},
  ): Promise<Result<Name>> {
    const { promise, resolve, reject } = Promise.withResolvers<Result<Name>>();
    if (this.#isClosed) return Promise.reject(new LinkLost());
    const id = this.#nextId++;
    const timeoutMs = options.timeoutMs ?? requestTimeoutMs;
    const heardBefore = this.#heard;
    const stop = this.#environment.after(timeoutMs, () => {
      // Nothing at all came while a reply was waited for: the link may be dead, and nobody has noticed. [F9]
      if (this.#heard === heardBefore) this.probe();
      this.#settle(id)?.reject(new ParleyError('deadline-exceeded'));
    });
    const aborted = (): void => this.#settle(id)?.reject(options.signal?.reason as Error);
    options.signal?.addEventListener('abort', aborted, { once: true });
    const finish = (): void => {
      stop();
      options.signal?.removeEventListener('abort', aborted);
    };
    this.#outstanding.set(id, {
      resolve: (result) => (finish(), resolve(result as Result<Name>)),
      reject: (error) => (finish(), reject(error)),
    });
    this.#lastSentAt = this.#environment.now();
    this.#link.send(JSON.stringify({ id, command, params }));
    return promise;
  }

  /** Checks soon whether the link is alive, such as after sleep; ends it when it is not. */
  probe(): void {
    const heardBefore = this.#heard;
    this.#ping();
    this.#environment.after(probeTimeoutMs, () => {
      if (this.#heard === heardBefore) this.#lose();
    });
  }

  /** Takes no more commands; closes once those outstanding are answered, at the latest after `requestTimeoutMs`. */
  retire(): void {
    this.#drained = () => this.close();
    if (this.#outstanding.size === 0) this.close();
    else this.#environment.after(requestTimeoutMs, () => this.close());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#abandon();
    this.#link.close();
  }

  #receive(text: string): void {
    this.#lastHeardAt = this.#environment.now();
    this.#heard++;
    const frame = this.#decode(text);
    if (frame === undefined) return this.#lose();
    if ('push' in frame) this.#events.pushed(frame);
    else this.#reply(frame);
  }

  /** Undefined for what is no frame of ours: somebody in between speaks, and what is missing a new link will tell. */
  #decode(text: string): ServerFrame | undefined {
    try {
      return decodeServerFrame(text);
    } catch {
      return undefined;
    }
  }

  #reply(frame: ReplyFrame): void {
    const outstanding = this.#settle(frame.id);
    if ('result' in frame) outstanding?.resolve(frame.result);
    else outstanding?.reject(fromWireError(frame.error));
    if (this.#outstanding.size === 0) this.#drained?.();
  }

  #settle(id: number): Outstanding | undefined {
    const outstanding = this.#outstanding.get(id);
    this.#outstanding.delete(id);
    return outstanding;
  }

  #armHeartbeat(delayMs: number): () => void {
    const dueAt = this.#environment.now() + delayMs;
    return this.#environment.after(delayMs, () => {
      const now = this.#environment.now();
      if (now - this.#lastHeardAt >= limits.heartbeatTimeoutMs) return this.#lose();
      if (Math.abs(now - dueAt) > lateMs) this.probe();
      else if (now - this.#lastSentAt >= pingAfterMs) this.#ping();
      this.#stopHeartbeat = this.#armHeartbeat(Math.min(pingAfterMs, this.#nextBeatAt() - now));
    });
  }

  #nextBeatAt(): number {
    return Math.min(this.#lastSentAt + pingAfterMs, this.#lastHeardAt + limits.heartbeatTimeoutMs);
  }

  #ping(): void {
    // Only being heard of counts; the heartbeat looks after silence.
    this.request('session.ping', {}).catch(() => undefined);
  }

  #lose(): void {
    if (this.#isClosed) return;
    this.#link.close();
    this.#end(lostCode, '');
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#abandon();
    this.#events.closed(code, reason);
  }

  #abandon(): void {
    this.#isClosed = true;
    this.#stopHeartbeat();
    for (const id of this.#outstanding.keys()) this.#settle(id)?.reject(new LinkLost());
  }
}
