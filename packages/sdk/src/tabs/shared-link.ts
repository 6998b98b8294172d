import { limits, type Params, type Result, type UncheckedCommand } from '@parley/protocol';
import type { Transport } from '../contract.ts';
import type { Environment, Link, LinkEvents } from '../environment.ts';
import { PresenceUnion } from './presence-union.ts';
import { readReply, readServerText, withId } from './server-text.ts';
import { WatchCounts } from './watch-counts.ts';

const silentCode = 4001;

/** What one client has of a shared link; to it, a link of its own. */
export interface Member {
  send(text: string): void;
  leave(): void;
}

export type MemberEvents = Omit<LinkEvents, 'opened'>;

interface Participant {
  readonly events: MemberEvents;
  heardAt: number;
}

type Hello = Readonly<{ id: number; params: Params<'session.hello'> }>;
type Answer = (text: string) => void;
type About = Pick<Result<'session.hello'>, 'connectionId' | 'serverVersion' | 'heartbeatIntervalMs'>;

export interface SharedLinkOptions {
  readonly environment: Pick<Environment, 'now' | 'after' | 'openLink'>;
  readonly url: string;
  /** The last member left, or the link is gone. */
  ended(): void;
}

/**
 * One link to the server for several clients of one session. Commands get numbers of its own; pushes go to everybody; what the
 * server counts per connection (rooms on screen, watched presence) is counted here per member.
 */
export class SharedLink {
  readonly #options: SharedLinkOptions;
  readonly #link: Link;
  readonly #members = new Set<Participant>();
  readonly #asked = new Map<number, Answer>();
  readonly #watches = new WatchCounts<Participant>();
  readonly #presence = new PresenceUnion<Participant>();
  /** Said once the link is open; those that come after are answered from what the first was told. */
  readonly #hellos: [Participant, Hello][] = [];
  #stopSweep: () => void;
  #nextId = 1;
  #about: About | undefined;
  #transport: Transport | undefined;
  #isOpen = false;
  #isOver = false;
  #isJoinable = true;

  constructor(options: SharedLinkOptions) {
    this.#options = options;
    this.#stopSweep = this.#armSweep();
    this.#link = options.environment.openLink(options.url, {
      opened: () => this.#opened(),
      over: (transport) => (this.#transport = transport),
      received: (text) => this.#received(text),
      closed: (code, reason) => this.close(code, reason),
      outdated: () => this.#outdated(),
    });
  }

  /** False while it drains: those who come want another one. */
  get isJoinable(): boolean {
    return this.#isJoinable && !this.#isOver;
  }

  /** From now on it gets every push, so that what it asks for afterwards leaves no gap. [D6] */
  join(events: MemberEvents): Member {
    const member: Participant = { events, heardAt: this.#options.environment.now() };
    this.#members.add(member);
    return { send: (text) => this.#sent(member, text), leave: () => this.#leave(member) };
  }

  /** Every member is told. */
  close(code: number, reason: string): void {
    if (this.#isOver) return;
    const members = [...this.#members];
    this.#end();
    for (const { events } of members) events.closed(code, reason);
  }

  #end(): void {
    this.#isOver = true;
    this.#stopSweep();
    this.#members.clear();
    this.#asked.clear();
    this.#link.close();
    this.#options.ended();
  }

  #leave(member: Participant): void {
    if (!this.#members.delete(member)) return;
    if (this.#members.size === 0) return this.#end();
    for (const conversationId of this.#watches.forget(member)) this.#ask('conversation.unwatch', { conversationId });
    if (this.#presence.forget(member)) this.#ask('presence.watch', { userIds: this.#presence.userIds() });
  }

  #sent(member: Participant, text: string): void {
    if (!this.#members.has(member)) return;
    member.heardAt = this.#options.environment.now();
    const frame = JSON.parse(text) as UncheckedCommand;
    switch (frame.command) {
      case 'session.hello':
        return this.#hello(member, frame as unknown as Hello);
      case 'conversation.watch':
        return this.#watch(member, frame);
      case 'conversation.unwatch':
        return this.#unwatch(member, frame);
      case 'presence.watch': {
        const { userIds } = frame.params as Params<'presence.watch'>;
        return this.#forward(member, { ...frame, params: { userIds: this.#presence.want(member, userIds) } });
      }
      default:
        return this.#forward(member, frame);
    }
  }

  #watch(member: Participant, frame: UncheckedCommand): void {
    const { conversationId } = frame.params as Params<'conversation.watch'>;
    // Counted before it is answered: nobody may end it in between.
    this.#watches.add(member, conversationId);
    this.#ask('conversation.watch', { conversationId }, (text) => {
      if ('error' in readReply(text)) this.#watches.remove(member, conversationId);
      this.#tell(member, frame.id, text);
    });
  }

  #unwatch(member: Participant, frame: UncheckedCommand): void {
    const { conversationId } = frame.params as Params<'conversation.unwatch'>;
    if (this.#watches.remove(member, conversationId)) return this.#forward(member, frame);
    member.events.received(JSON.stringify({ id: frame.id, result: {} }));
  }

  #forward(member: Participant, { id, command, params }: UncheckedCommand): void {
    this.#ask(command, params, (text) => this.#tell(member, id, text));
  }

  #tell(member: Participant, id: number, text: string): void {
    if (this.#members.has(member)) member.events.received(withId(text, id));
  }

  #ask(command: string, params: unknown, answer: Answer = () => undefined): void {
    const id = this.#nextId++;
    this.#asked.set(id, answer);
    this.#link.send(JSON.stringify({ id, command, params }));
  }

  #opened(): void {
    this.#isOpen = true;
    this.#greet();
  }

  #hello(member: Participant, hello: Hello): void {
    if (this.#about !== undefined) return void this.#welcome(member, hello, this.#about);
    this.#hellos.push([member, hello]);
    if (this.#hellos.length === 1) this.#greet();
  }

  /** The first one’s hello is the link’s. */
  #greet(): void {
    const [member, hello] = this.#hellos[0] ?? [];
    if (!this.#isOpen || member === undefined || hello === undefined) return;
    this.#ask('session.hello', hello.params, (text) => this.#greeted(text));
  }

  #greeted(text: string): void {
    const reply = readReply(text);
    const [first, ...others] = this.#hellos.splice(0);
    if (first !== undefined) this.#answerHello(first[0], first[1].id, text);
    if ('error' in reply) {
      for (const [member, { id }] of others) this.#tell(member, id, text);
      return;
    }
    const { connectionId, serverVersion, heartbeatIntervalMs } = reply.result as Result<'session.hello'>;
    this.#about = { connectionId, serverVersion, heartbeatIntervalMs };
    for (const [member, hello] of others) void this.#welcome(member, hello, this.#about);
  }

  /** What a hello of its own would have been answered. It listens already. [D6] */
  async #welcome(member: Participant, { id, params }: Hello, about: About): Promise<void> {
    const since = params.since === undefined ? {} : { since: params.since };
    const texts = await Promise.all([this.#answer('session.changes', since), this.#answer('session.get', {})]);
    const replies = texts.map(readReply);
    const refused = replies.findIndex((reply) => 'error' in reply);
    if (refused >= 0) return this.#tell(member, id, texts[refused] ?? '');
    const [changes, session] = replies.map((reply) => ('result' in reply ? (reply.result as object) : {}));
    this.#answerHello(member, id, JSON.stringify({ id, result: { ...session, ...changes, ...about } }));
  }

  #answerHello(member: Participant, id: number, text: string): void {
    if (this.#transport !== undefined) member.events.over?.(this.#transport);
    this.#tell(member, id, text);
  }

  #answer(command: string, params: object): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#ask(command, params, resolve);
    return promise;
  }

  /** Those who come, and those who are told, open the better one. */
  #outdated(): void {
    this.#isJoinable = false;
    for (const { events } of this.#members) events.outdated?.();
  }

  #received(text: string): void {
    const { id, push } = readServerText(text);
    if (id !== undefined) {
      const answer = this.#asked.get(id);
      this.#asked.delete(id);
      return answer?.(text);
    }
    if (push === 'server.draining') this.#isJoinable = false;
    for (const { events } of this.#members) events.received(text);
  }

  /** A tab that crashed or was frozen says nothing any more; nobody keeps its share for it. */
  #armSweep(): () => void {
    return this.#options.environment.after(limits.heartbeatTimeoutMs, () => {
      const since = this.#options.environment.now() - limits.heartbeatTimeoutMs;
      for (const member of this.#members)
        if (member.heardAt < since) {
          this.#leave(member);
          member.events.closed(silentCode, '');
        }
      if (!this.#isOver) this.#stopSweep = this.#armSweep();
    });
  }
}
