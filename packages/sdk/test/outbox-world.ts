import { Client } from '../src/client.ts';
import type { KeyValueStorage, MessageItem } from '../src/contract.ts';
import type { Environment } from '../src/environment.ts';
import { memoryStorage } from '../src/storage.ts';
import { LogServer } from './log-server.ts';
import { refused, ScriptedServer, type SentFrame } from './scripted-server.ts';

/** What becomes of a `message.send` that reaches, or does not reach, the server. */
export type Fate = 'stored' | 'lost' | 'ack-lost' | 'busy' | 'refused' | 'defect' | 'cut-after' | 'cut-before';

export const conversationIds = [7, 8] as const;

export interface Written {
  readonly conversationId: number;
  readonly clientMsgId: string;
  /** Whoever wrote it was told that it is kept. */
  isKept: boolean;
  isDiscarded: boolean;
  wasRefused: boolean;
}

/** One run of the client; when it crashes nothing of it happens any more. */
class Run {
  isAlive = true;
  readonly client: Client;

  constructor(world: OutboxWorld) {
    const { server } = world;
    const environment: Environment = {
      ...server.environment,
      now: () => server.environment.now() + world.clockShiftMs,
      after: (delayMs, action) => server.environment.after(delayMs, () => this.isAlive && action()),
      openLink: (url, events) => {
        if (world.isAway) server.environment.after(0, () => this.isAlive && events.closed(1006, ''));
        if (world.isAway) return { send: () => undefined, close: () => undefined };
        const link = server.environment.openLink(url, {
          opened: () => this.isAlive && events.opened(),
          received: (text) => this.isAlive && events.received(text),
          closed: (code, reason) => this.isAlive && events.closed(code, reason),
        });
        return { send: (text) => this.isAlive && link.send(text), close: () => link.close() };
      },
    };
    this.client = new Client(
      { url: 'http://parley.test', token: 'token', storage: world.storageOf(this) },
      environment,
    );
    for (const id of conversationIds) this.client.conversation(id).open();
    void this.client.connect();
  }
}

/** A server that keeps a log, a storage that survives, and a client that is made to crash over and over. */
export class OutboxWorld {
  readonly server = new ScriptedServer();
  readonly log = new LogServer(this.server, conversationIds);
  readonly written: Written[] = [];
  readonly fates: Fate[] = [];
  clockShiftMs = 0;
  storageDelayMs = 0;
  isStorageFull = false;
  wasStorageFull = false;
  /** The server cannot be reached. */
  isAway = false;
  readonly #kept = memoryStorage();
  #run: Run;

  constructor() {
    this.server.answers['message.send'] = (frame) => this.#take(frame);
    this.#run = new Run(this);
  }

  get client(): Client {
    return this.#run.client;
  }

  send(conversationId: number): void {
    const clientMsgId = `m${this.written.length}`;
    const written = { conversationId, clientMsgId, isKept: false, isDiscarded: false, wasRefused: false };
    this.written.push(written);
    const isTold = !this.isStorageFull;
    this.client
      .conversation(conversationId)
      .send(clientMsgId, { clientMsgId })
      .then(
        () => (written.isKept = isTold && !this.isStorageFull),
        () => undefined,
      );
  }

  discard(index: number): void {
    const written = this.written[index % this.written.length];
    if (written === undefined) return;
    written.isDiscarded = true;
    void this.client
      .conversation(written.conversationId)
      .discard(written.clientMsgId)
      .catch(() => undefined);
  }

  retryAll(): void {
    for (const { conversationId, clientMsgId } of this.written)
      void this.client
        .conversation(conversationId)
        .retry(clientMsgId)
        .catch(() => undefined);
  }

  /** The process ends in the middle of whatever it does, and another one starts. */
  crash(): void {
    this.#run.isAlive = false;
    for (const link of this.server.links) link.isClosed = true;
    this.#run = new Run(this);
  }

  lose(): void {
    for (const link of this.server.links.filter((link) => !link.isClosed)) link.lose();
  }

  async settle(): Promise<void> {
    this.fates.length = 0;
    this.isStorageFull = this.isAway = false;
    this.lose();
    await this.server.pass(900_000);
  }

  fill(isFull: boolean): void {
    this.isStorageFull = isFull;
    if (isFull) this.wasStorageFull = true;
  }

  goAway(isAway: boolean): void {
    this.isAway = isAway;
    if (isAway) this.lose();
  }

  /** What waits for another run, whatever order a storage lists it in. */
  async keptIds(conversationId: number): Promise<string[]> {
    const keys = await this.#kept.keys(`parley:outbox:1:${conversationId}:`);
    return keys.map((key) => key.split(':').at(-1)!);
  }

  texts(conversationId: number): string[] {
    return this.log.ids(conversationId);
  }

  items(conversationId: number): readonly MessageItem[] {
    return this.client.conversation(conversationId).messages.getSnapshot().items;
  }

  storageOf(run: { readonly isAlive: boolean }): KeyValueStorage {
    const later = async <T>(work: () => Promise<T>): Promise<T> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.server.environment.after(this.storageDelayMs, resolve);
      await promise;
      // Whoever crashed is told nothing.
      return run.isAlive ? work() : Promise.withResolvers<T>().promise;
    };
    const write = (work: () => Promise<void>) =>
      later(() => (this.isStorageFull ? Promise.reject(new Error('full')) : work()));
    return {
      get: (key) => later(() => this.#kept.get(key)),
      keys: (prefix) => later(async () => (await this.#kept.keys(prefix)).toReversed()),
      set: (key, value) => write(() => this.#kept.set(key, value)),
      delete: (key) => write(() => this.#kept.delete(key)),
    };
  }

  #take(frame: SentFrame): object | undefined {
    const fate = this.fates.shift() ?? 'stored';
    if (fate === 'lost') return undefined;
    if (fate === 'busy') return refused('busy', 3_000);
    if (fate === 'defect') return refused('internal', 100);
    if (fate === 'cut-before') return (queueMicrotask(() => this.lose()), undefined);
    const clientMsgId = String(frame.params['clientMsgId']);
    const written = this.written.find((one) => one.clientMsgId === clientMsgId);
    if (fate === 'refused' && written !== undefined && !this.texts(written.conversationId).includes(clientMsgId)) {
      written.wasRefused = true;
      return refused('muted');
    }
    const ack = this.log.store(frame);
    if (fate === 'cut-after') queueMicrotask(() => this.lose());
    return fate === 'ack-lost' || fate === 'cut-after' ? undefined : ack;
  }
}
