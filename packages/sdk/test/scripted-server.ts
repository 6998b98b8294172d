import type { Conversation, Push, WireError } from '@parley/protocol';
import type { Environment, Link, LinkEvents } from '../src/environment.ts';

export interface SentFrame {
  readonly id: number;
  readonly command: string;
  readonly params: Record<string, unknown>;
}

export type Answer = object | undefined;

/** Time that a test turns, and a server that answers as it is told: for losses a real one cannot be made to show. */
export class ScriptedServer {
  readonly links: ScriptedLink[] = [];
  readonly frames: SentFrame[] = [];
  readonly environment: Environment;
  conversations: Conversation[] = [];
  /** The token a sign-in gets. */
  session: string | undefined;
  /** What a command is answered; undefined: nothing. */
  answers: Record<string, (frame: SentFrame) => Answer> = {};
  #now: number;
  #ids = 0;
  #timers: { at: number; action: () => void }[] = [];

  constructor(now = 1_000_000) {
    this.#now = now;
    this.environment = {
      now: () => this.#now,
      after: (delayMs, action) => this.#after(delayMs, action),
      random: () => 0.5,
      newId: () => `id-${++this.#ids}`,
      fetch: (url) => this.#fetch(url),
      openLink: (_url, events) => this.#openLink(events),
      onReturn: () => () => undefined,
    };
  }

  get link(): ScriptedLink {
    return this.links.at(-1)!;
  }

  /** Timers that have not run. */
  get timersLeft(): number {
    return this.#timers.length;
  }

  sent(command: string): SentFrame[] {
    return this.frames.filter((frame) => frame.command === command);
  }

  /** Lets time pass, with everything that becomes due in it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await this.settle();
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.#now = next.at;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      next.action();
    }
    this.#now = until;
    await this.settle();
  }

  /** Until everything that needs no time is done. */
  protected async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  }

  answer(frame: SentFrame, _link: ScriptedLink): Answer {
    if (frame.command in this.answers) return this.answers[frame.command]?.(frame);
    if (frame.command === 'session.ping') return ok({ now: this.#now });
    return frame.command === 'session.hello' ? welcome(this.conversations) : undefined;
  }

  /** Signing in, once there is a session to give; nothing else goes over HTTP here. */
  async #fetch(url: string): Promise<Response> {
    if (this.session === undefined || !url.endsWith('/sessions')) throw new TypeError('There is no HTTP here.');
    const { result } = welcome([]) as { readonly result: object };
    return Response.json({ ...result, token: this.session });
  }

  #after(delayMs: number, action: () => void): () => void {
    const timer = { at: this.#now + delayMs, action };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  #openLink(events: LinkEvents): Link {
    const link = new ScriptedLink(this, events);
    this.links.push(link);
    return link;
  }
}

export class ScriptedLink implements Link {
  readonly frames: SentFrame[] = [];
  isClosed = false;
  readonly #server: ScriptedServer;
  readonly #events: LinkEvents;

  constructor(server: ScriptedServer, events: LinkEvents) {
    this.#server = server;
    this.#events = events;
    queueMicrotask(() => this.isClosed || events.opened());
  }

  send(text: string): void {
    const frame = JSON.parse(text) as SentFrame;
    this.frames.push(frame);
    this.#server.frames.push(frame);
    const answer = this.#server.answer(frame, this);
    if (answer !== undefined) queueMicrotask(() => this.reply(frame, answer));
  }

  reply({ id }: SentFrame, answer: object): void {
    if (!this.isClosed) this.#events.received(JSON.stringify({ id, ...answer }));
  }

  push(push: Push): void {
    if (this.isClosed) return;
    this.#events.received(JSON.stringify(push));
  }

  /** The server, or the way there, ends it. */
  lose(code = 1006, reason = ''): void {
    this.isClosed = true;
    this.#events.closed(code, reason);
  }

  close(): void {
    this.isClosed = true;
  }
}

export function ok(result: object): object {
  return { result };
}

export function refused(code: WireError['code'], retryAfterMs?: number): object {
  return {
    error: {
      code,
      message: code,
      retryable: retryAfterMs !== undefined,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  };
}

export function welcome(conversations: readonly Conversation[]): object {
  const account = {
    id: 1,
    name: 'ada',
    displayName: 'Ada',
    kind: 'person',
    bio: '',
    lastSeenVisibility: 'everyone',
    directPolicy: 'everyone',
    createdAt: 0,
  };
  const device = { id: 1, platform: 'other', name: '', createdAt: 0, lastUsedAt: 0, isCurrent: true };
  return ok({
    account,
    device,
    conversations,
    removedIds: [],
    isReset: false,
    asOf: 500,
    connectionId: 'c',
    serverVersion: '1',
    heartbeatIntervalMs: 30_000,
  });
}
