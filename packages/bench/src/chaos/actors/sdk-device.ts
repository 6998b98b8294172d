import { ParleyError } from '@parley/protocol';
import type { ClientOptions, ConversationHandle, Transport } from '@parley/sdk';
import { Client } from '@parley/sdk/src/client.ts';
import type { Environment, Link, LinkEvents, OpenLink } from '@parley/sdk/src/environment.ts';
import { openLinkFor } from '@parley/sdk/src/open-link-for.ts';
import { systemEnvironment } from '@parley/sdk/src/system-environment.ts';
import type { DeviceTruth } from '../../checker/truth.ts';
import type { Edge } from '../network/edge.ts';
import { password, placesSeenBy, type Person } from '../world.ts';
import type { Act } from './act.ts';
import { commandOf } from './command-of.ts';
import type { Device, DeviceParts, NewerServer, Promised } from './device.ts';
import { DeviceStorage, type StorageSession } from './device-storage.ts';
import { asNewerServer } from './newer-server.ts';
import { RecentSeqs } from './recent-seqs.ts';
import { Tap } from './tap.ts';
import { WindowWatch } from './window-watch.ts';

/** One run of the program on the device, from opening to closing it. */
interface Session {
  readonly client: Client;
  readonly storage: StorageSession;
  readonly watches: ReadonlyMap<number, WindowWatch>;
}

export interface SdkKind {
  /** A program that is given its token, instead of a session that the device keeps. */
  readonly hasToken?: boolean;
  /** Default: what the SDK finds out. */
  readonly transport?: Transport;
}

/**
 * Somebody with the SDK, as it is: its outbox, its sync, its ways of coming back. Its links are tapped and its windows watched;
 * nothing of it is replaced.
 */
export class SdkDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly edge: Edge;
  readonly holdsSocket = true;
  readonly #parts: DeviceParts;
  readonly #kind: SdkKind;
  readonly #storage = new DeviceStorage();
  readonly #recent = new RecentSeqs();
  readonly #promised = new Map<string, Promised>();
  #session: Session | undefined;
  /** Of the session before it. */
  #before: Session['watches'] = new Map();
  #reopen: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;
  #isOld = false;
  #newerFrames = 0;
  #views = 0;

  constructor(parts: DeviceParts, kind: SdkKind) {
    this.#parts = parts;
    this.name = parts.name;
    this.person = parts.person;
    this.edge = parts.edge;
    this.#kind = kind;
  }

  async start(): Promise<void> {
    const { client } = this.#open();
    if (this.#kind.hasToken !== true) await client.account.signIn({ userName: this.person.name, password });
    await client.connect();
  }

  act(act: Act): void {
    if (act.kind === 'reopen') return void this.#reopened(act);
    const session = this.#session;
    if (session === undefined) return;
    const handle = session.client.conversation(this.#parts.world.places[act.place]);
    if (act.kind === 'send')
      for (let count = 0; count < act.count; count++) void this.#send(session, handle, act.isReply);
    if (act.kind === 'mark-read') handle.markRead();
    const asked = commandOf(act, this.#parts, this.#recent);
    // What comes of it is in the history.
    if (asked !== undefined) session.client.request(asked.command, asked.params).catch(() => undefined);
  }

  async served(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const answer = await this.#session?.client.request('session.ping', {}).catch(() => undefined);
      if (answer !== undefined) return;
      await Bun.sleep(20);
    }
  }

  meetNewerServer(): NewerServer {
    this.#isOld = true;
    const before = this.#newerFrames;
    return { frames: () => this.#newerFrames - before, [Symbol.dispose]: () => void (this.#isOld = false) };
  }

  hurry(): void {
    this.#session?.client.connection.retryNow();
  }

  unrest(): string | undefined {
    const session = this.#session;
    if (session?.client.connection.isOnline !== true) return 'not connected';
    for (const watch of session.watches.values()) if (watch.unrest() !== undefined) return watch.unrest();
    return undefined;
  }

  truth(): DeviceTruth {
    const watches = [...(this.#session?.watches.values() ?? [])];
    return { device: this.name, views: watches.flatMap((watch) => watch.truth()) };
  }

  promised(): readonly Promised[] {
    return [...this.#promised.values()];
  }

  async close(): Promise<void> {
    clearTimeout(this.#reopen);
    await this.#session?.client.close();
    this.#session = undefined;
  }

  #open(): Session {
    const { history, world } = this.#parts;
    const storage = this.#storage.session();
    const options: ClientOptions = {
      ...this.#addresses(),
      storage,
      client: this.name,
      transport: this.#kind.transport ?? 'auto',
      ...(this.#kind.hasToken === true ? { token: this.person.token } : {}),
    };
    const client = new Client(options, this.#environment(options));
    client.on('message.failed', ({ clientMsgId }) => this.#promised.delete(clientMsgId));
    client.on('message', ({ message }) => {
      if (message.senderId === this.person.id) this.#recent.add(message.conversationId, message.seq);
    });
    const watches = new Map(
      placesSeenBy(this.person.name).map((place) => {
        const handle = client.conversation(world.places[place]);
        const nextView = (): number => ++this.#views;
        const before = this.#before.get(handle.id);
        const watch = new WindowWatch({ device: this.name, history, handle, userId: this.person.id, nextView, before });
        watch.begin();
        return [handle.id, watch];
      }),
    );
    this.#session = { client, storage, watches };
    return this.#session;
  }

  /** Where the API is another process, the way to it is without weather: only signing in goes there. */
  #addresses(): Pick<ClientOptions, 'url' | 'apiUrl' | 'socketUrl'> {
    const { edge, entrance } = this.#parts;
    if (entrance.site !== undefined) return { url: `http://127.0.0.1:${edge.port}` };
    return { apiUrl: `http://127.0.0.1:${entrance.api}/v1`, socketUrl: `ws://127.0.0.1:${edge.port}/v1/socket` };
  }

  #environment(options: ClientOptions): Environment {
    const environment = {
      ...systemEnvironment,
      random: () => this.#parts.random.next(),
      after: (delayMs: number, action: () => void) => {
        const timer = setTimeout(action, delayMs);
        timer.unref(); // Some outlive the client; a run does not wait for them.
        return () => clearTimeout(timer);
      },
    };
    const openLink = openLinkFor(options, environment);
    return { ...environment, openLink: (url, events) => this.#tapped(openLink, url, events) };
  }

  #tapped(openLink: OpenLink, url: string, events: LinkEvents): Link {
    const tap = new Tap(this.#parts.history, {
      device: this.name,
      userId: this.person.id,
      heardCursor: ({ conversationId, readSeq }) => this.#session?.watches.get(conversationId)?.heardRead(readSeq),
    });
    const link = openLink(url, {
      ...events,
      received: (text) => {
        tap.received(text);
        for (const frame of this.#isOld ? asNewerServer(text) : [text]) events.received(frame);
        if (this.#isOld) this.#newerFrames++;
      },
      closed: (code, reason) => {
        tap.closed(String(code));
        events.closed(code, reason);
      },
    });
    return {
      send: (text) => {
        tap.sent(text);
        link.send(text);
      },
      close: () => {
        tap.closed('closed by the client');
        link.close();
      },
    };
  }

  /** Resolves when the SDK has promised to deliver it, or said that it will not. */
  async #send({ storage }: Session, handle: ConversationHandle, isReply: boolean): Promise<void> {
    const clientMsgId = `${this.name}-${++this.#sent}`;
    const text = this.#parts.bodies.next(handle.id, this.#parts.random);
    const replyTo = isReply ? this.#recent.at(handle.id, 0) : undefined;
    const options = { clientMsgId, ...(replyTo === undefined ? {} : { replyTo }) };
    try {
      await handle.send(text, options);
      // A program that is gone promises nothing more.
      if (!storage.isOver) this.#promised.set(clientMsgId, { conversationId: handle.id, clientMsgId });
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
    }
  }

  async #reopened({ place, writes, awayMs }: Extract<Act, { kind: 'reopen' }>): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const handle = session.client.conversation(this.#parts.world.places[place]);
    await Promise.all(Array.from({ length: writes }, () => this.#send(session, handle, false)));
    if (session === this.#session) this.#crash(awayMs);
  }

  /** As a tab that was killed: the socket ends, what was being written is not, and only what was kept is there on return. */
  #crash(awayMs: number): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#before = session.watches;
    session.storage.crash();
    session.client.close().catch(() => undefined);
    this.#reopen = setTimeout(() => {
      this.#open()
        .client.connect()
        .catch(() => undefined);
    }, awayMs);
  }
}
