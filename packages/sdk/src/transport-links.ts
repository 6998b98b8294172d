import type { Transport } from './contract.ts';
import type { Environment, Link, LinkEvents, OpenLink } from './environment.ts';
import {
  firstTransport,
  learn,
  nothingLearnt,
  type TransportFinding,
  type TransportMemory,
} from './transport-choice.ts';

/** How long each may take to open; together below what a connection waits for its hello. */
const openMs: Readonly<Record<Transport, number>> = { websocket: 5_000, stream: 8_000 };
/** A WebSocket that we gave up ourselves says something only if nothing came over it for at least that long. */
const silentMs = 5_000;
const abnormalClosure = 1006;

export type TransportEnvironment = Pick<Environment, 'now' | 'after'>;

/** Opens links over whatever reaches the server, and remembers what did. */
export class TransportLinks {
  readonly environment: TransportEnvironment;
  readonly opens: Readonly<Record<Transport, OpenLink>>;
  #memory: TransportMemory = nothingLearnt;

  constructor(environment: TransportEnvironment, opens: Readonly<Record<Transport, OpenLink>>) {
    this.environment = environment;
    this.opens = opens;
  }

  readonly open: OpenLink = (url, events) => {
    const link = new AutoLink(this, url, events);
    const first = firstTransport(this.#memory, this.environment.now());
    link.start(first === 'websocket' ? ['websocket', 'stream'] : ['stream', 'websocket']);
    return link;
  };

  /** How long WebSockets are left alone yet. */
  get restMs(): number {
    return Math.max(0, this.#memory.retryAt - this.environment.now());
  }

  found(finding: TransportFinding): void {
    this.#memory = learn(this.#memory, finding, this.environment.now());
  }
}

/** A link over the first transport that opens. */
class AutoLink implements Link {
  readonly #links: TransportLinks;
  readonly #url: string;
  readonly #events: LinkEvents;
  /** Those not tried yet. */
  #left: Transport[] = [];
  #link: Link | undefined;
  #stopTimer: (() => void) | undefined;
  #tries = 0;
  #opened: Transport | undefined;
  #openedAt = 0;
  #hasCarried = false;

  constructor(links: TransportLinks, url: string, events: LinkEvents) {
    this.#links = links;
    this.#url = url;
    this.#events = events;
  }

  start(transports: readonly Transport[]): void {
    this.#left = [...transports];
    this.#next(abnormalClosure, '');
  }

  send(text: string): void {
    this.#link?.send(text);
  }

  close(): void {
    const openForMs = this.#links.environment.now() - this.#openedAt;
    if (this.#isMute && openForMs >= silentMs) this.#links.found('silent');
    this.#leave();
  }

  get #isMute(): boolean {
    return this.#opened === 'websocket' && !this.#hasCarried;
  }

  /** Tries the next transport; with none left the code of the last one is the end. */
  #next(code: number, reason: string): void {
    this.#leave();
    const transport = this.#left.shift();
    if (transport === undefined) return this.#events.closed(code, reason);
    const ownTry = this.#tries;
    const ifMine = (act: () => void): void => {
      if (ownTry === this.#tries) act();
    };
    this.#stopTimer = this.#links.environment.after(openMs[transport], () => this.#next(abnormalClosure, ''));
    try {
      this.#link = this.#links.opens[transport](this.#url, {
        opened: () => ifMine(() => this.#open(transport)),
        received: (text) => ifMine(() => this.#receive(text)),
        closed: (lastCode, lastReason) => ifMine(() => this.#lose(lastCode, lastReason)),
      });
    } catch {
      // There may be no WebSocket at all.
      this.#next(abnormalClosure, '');
    }
  }

  #open(transport: Transport): void {
    this.#stopTimer?.();
    this.#opened = transport;
    this.#openedAt = this.#links.environment.now();
    if (transport === 'stream') this.#settle();
    this.#events.over?.(transport);
    this.#events.opened();
  }

  /** On a stream, for as long as WebSockets are to be left alone. */
  #settle(): void {
    const hasTriedOther = this.#left.length === 0;
    if (hasTriedOther) this.#links.found('blocked');
    this.#stopTimer = this.#links.environment.after(this.#links.restMs, () => this.#events.outdated?.());
  }

  #receive(text: string): void {
    if (this.#isMute) this.#links.found('carried');
    this.#hasCarried = true;
    this.#events.received(text);
  }

  #lose(code: number, reason: string): void {
    if (this.#opened === undefined) return this.#next(code, reason);
    if (this.#isMute) this.#links.found(code === abnormalClosure ? 'mute' : 'carried');
    this.#leave();
    this.#events.closed(code, reason);
  }

  #leave(): void {
    this.#tries++;
    this.#stopTimer?.();
    this.#link?.close();
    this.#link = undefined;
  }
}
