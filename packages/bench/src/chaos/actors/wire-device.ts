import { comeBackAfter, limits, type CommandName, type ParamsInput, type Result } from '@parley/protocol';
import type { DeviceTruth } from '../../checker/truth.ts';
import type { Edge } from '../network/edge.ts';
import { placesOf, type Person } from '../world.ts';
import type { Act } from './act.ts';
import { commandOf } from './command-of.ts';
import type { Device, DeviceParts, Promised } from './device.ts';
import { RecentSeqs } from './recent-seqs.ts';
import { Replica } from './replica.ts';
import { SendLanes, type Sending } from './send-lanes.ts';
import { Tap } from './tap.ts';
import { Lost, WireConnection } from './wire-connection.ts';
import type { OpenWire } from './wire.ts';

const retryMs = { min: 50, max: 600 } as const;
const idleMs = 5_000;

/** A program that speaks the wire by itself, as PROTOCOL.md tells it to: it resumes, syncs, and sends again what was not answered. */
export class WireDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly edge: Edge;
  readonly holdsSocket = true;
  readonly #parts: DeviceParts;
  readonly #openWire: OpenWire;
  readonly #lanes: SendLanes;
  readonly #recent = new RecentSeqs();
  readonly #replica: Replica;
  readonly #welcomed = Promise.withResolvers<void>();
  #connection: WireConnection | undefined;
  #isOnline = false;
  #isClosed = false;
  #since: number | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #sent = 0;

  constructor(parts: DeviceParts, openWire: OpenWire) {
    this.#parts = parts;
    this.name = parts.name;
    this.person = parts.person;
    this.edge = parts.edge;
    this.#openWire = openWire;
    this.#lanes = new SendLanes(
      (message) => this.#command('message.send', message),
      (conversationId, seq) => this.#recent.add(conversationId, seq),
    );
    this.#replica = new Replica({
      device: parts.name,
      history: parts.history,
      ask: (command, params) => this.#command(command, params),
    });
  }

  async start(): Promise<void> {
    this.#beat = setInterval(() => this.#ping(), idleMs);
    this.#open();
    await this.#welcomed.promise;
  }

  act(act: Act): void {
    if (act.kind === 'send') return this.#send(act);
    if (act.kind === 'reopen') return this.#connection?.giveUp('reopened');
    if (act.kind === 'mark-read') return this.#markRead(this.#parts.world.places[act.place]);
    const asked = commandOf(act, this.#parts, this.#recent);
    if (asked !== undefined) this.#attempt(asked.command, asked.params);
  }

  async served(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isServed =
        this.#isOnline &&
        (await this.#command('session.ping', {}).then(
          () => true,
          () => false,
        ));
      if (isServed) return;
      await Bun.sleep(20);
    }
  }

  hurry(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#open();
  }

  unrest(): string | undefined {
    if (!this.#isOnline) return 'not connected';
    if (!this.#lanes.isEmpty) return 'messages to send';
    return this.#connection?.outstanding === 0 ? this.#replica.unrest() : 'commands not answered';
  }

  truth(): DeviceTruth {
    return { device: this.name, views: this.#replica.views() };
  }

  promised(): readonly Promised[] {
    return [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#beat);
    this.#connection?.giveUp('closed');
  }

  #send({ place, count, isReply }: Extract<Act, { kind: 'send' }>): void {
    const conversationId = this.#parts.world.places[place];
    const replyTo = isReply ? this.#recent.at(conversationId, 0) : undefined;
    const messages = Array.from({ length: count }, (): Sending => {
      const text = this.#parts.bodies.next(conversationId, this.#parts.random);
      const clientMsgId = `${this.name}-${++this.#sent}`;
      const reply = replyTo === undefined ? {} : { replyTo };
      return { conversationId, clientMsgId, content: { type: 'text', text }, ...reply };
    });
    this.#lanes.put(messages, this.#isOnline);
  }

  #markRead(conversationId: number): void {
    const seq = this.#replica.endOf(conversationId);
    if (seq > 0) this.#attempt('cursor.advance', { conversationId, deliveredSeq: seq, readSeq: seq });
  }

  #ping(): void {
    if (this.#isOnline) this.#attempt('session.ping', {});
  }

  /** What comes of it is in the history. */
  #attempt<Name extends CommandName>(command: Name, params: ParamsInput<Name>): void {
    this.#command(command, params).catch(() => undefined);
  }

  #command<Name extends CommandName>(command: Name, params: ParamsInput<Name>): Promise<Result<Name>> {
    const connection = this.#connection;
    if (!this.#isOnline || connection === undefined) return Promise.reject(new Lost());
    return connection.command(command, params);
  }

  #open(): void {
    this.#retry = undefined;
    if (this.#isClosed) return;
    const connection = new WireConnection({
      port: this.edge.port,
      tap: new Tap(this.#parts.history, { device: this.name, userId: this.person.id }),
      openWire: this.#openWire,
      pushed: (push) => this.#replica.pushed(push),
      closed: (reason) => this.#closed(reason),
    });
    this.#connection = connection;
    void this.#greet(connection);
  }

  /** Listens first, then reads what was missed. [D6] */
  async #greet(connection: WireConnection): Promise<void> {
    const timer = setTimeout(() => connection.giveUp('not opened'), limits.authDeadlineMs);
    try {
      await connection.opened;
      const since = this.#since === undefined ? {} : { since: this.#since };
      const welcome = await connection.command('session.hello', { token: this.person.token, ...since });
      this.#isOnline = true;
      this.#replica.resumed(
        welcome,
        placesOf(this.person.name).map((place) => this.#parts.world.places[place]),
      );
      this.#since = welcome.asOf;
      this.#lanes.resume();
      this.#welcomed.resolve();
    } catch {
      connection.giveUp('no welcome');
    } finally {
      clearTimeout(timer);
    }
  }

  #closed(reason: string): void {
    this.#isOnline = false;
    this.#replica.lost();
    if (this.#isClosed || comeBackAfter(Number(reason)) === 'never') return;
    this.#retry = setTimeout(() => this.#open(), this.#parts.random.between(retryMs.min, retryMs.max));
  }
}
