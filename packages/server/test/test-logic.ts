import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ParleyError,
  type CloseReason,
  type CommandName,
  type ParamsInput,
  type Push,
  type Result,
} from '@parley/protocol';
import type { Delivery, Topic } from '../src/delivery.ts';
import { Snowflake } from '../src/ids/snowflake.ts';
import { insertUser } from '../src/logic/accounts.ts';
import type { Policy } from '../src/logic/context.ts';
import { createLogic, type Logic, type LogicPorts } from '../src/logic/logic.ts';
import { nameKey } from '../src/logic/name-key.ts';
import { Sessions } from '../src/logic/sessions.ts';
import { MemoryPresence } from '../src/presence/memory.ts';
import { MemoryQueue } from '../src/queue/memory.ts';
import { LocalRegistry } from '../src/registry/local.ts';
import { DirectRpc } from '../src/rpc/direct.ts';
import type { Caller, CommandOutcome, ConnectService } from '../src/rpc/rpc.ts';
import type { Session } from '../src/session.ts';
import { SqliteStore } from '../src/store/sqlite.ts';
import { ManualClock } from './manual-clock.ts';

/** The one connect node of the tests. */
export const testNode = { nodeId: 'node-1', bootId: 'boot-1' } as const;

const policy: Policy = {
  serverName: 'Test',
  serverVersion: '0.0.0',
  hasGuests: true,
  hasRegistration: true,
  devices: 'unlimited',
  sessionTtlMs: 90 * 86_400_000,
  hasRateLimits: false,
};

/** A running `logic` on a new database, and what it said to the roles around it. */
export class TestLogic implements AsyncDisposable {
  readonly logic: Logic;
  readonly ports: LogicPorts;
  readonly clock: ManualClock;
  readonly seen: Seen;
  private readonly sessions: Sessions;
  private readonly folder: string;
  private requests = 0;

  constructor(parts: { ports: LogicPorts; clock: ManualClock; seen: Seen; folder: string }) {
    this.ports = parts.ports;
    this.clock = parts.clock;
    this.seen = parts.seen;
    this.folder = parts.folder;
    this.logic = createLogic(parts.ports);
    this.sessions = new Sessions(parts.ports);
  }

  /** A command's result, as a socket of `session` gets it; without a session an anonymous caller's. @throws ParleyError its error */
  async call<Name extends CommandName>(
    name: Name,
    params: ParamsInput<Name>,
    session?: Session,
  ): Promise<Result<Name>> {
    const { result, error } = await this.outcome(name, params, this.socketOf(session));
    if (error === undefined) return result as Result<Name>;
    const { message, fields, retryAfterMs } = error;
    throw new ParleyError(error.code, message, { ...(fields && { fields }), ...(retryAfterMs && { retryAfterMs }) });
  }

  /** Everything a command answers; `params` may be anything. */
  async outcome(command: string, params: unknown, caller: Partial<Caller>): Promise<CommandOutcome> {
    const requestId = `r${++this.requests}`;
    const [outcome] = await this.logic.handle([
      { command, params, caller: { address: '127.0.0.1', requestId, ...caller } },
    ]);
    return outcome ?? {};
  }

  /** What a command is refused with. @throws Error when it was not. */
  async refusal<Name extends CommandName>(name: Name, params: ParamsInput<Name>, session?: Session): Promise<string> {
    const { error } = await this.outcome(name, params, this.socketOf(session));
    if (error === undefined) throw new Error(`${name} was not refused`);
    return error.code;
  }

  /** The caller of a socket; one connection per device unless named. */
  socketOf(session?: Session, connectionId = `c${session?.deviceId ?? 0}`): Partial<Caller> {
    const connection = { ...testNode, connectionId };
    return session === undefined ? { connection } : { session, connection };
  }

  /** A new user without a password, signed in; quick. */
  async user(name: string, kind: 'person' | 'guest' | 'bot' = 'person'): Promise<Session> {
    const { session } = await this.signedIn(name, kind);
    return session;
  }

  async signedIn(name: string, kind: 'person' | 'guest' | 'bot' = 'person') {
    const key = nameKey(name);
    const values = { name, name_key: key, display_name: name, kind, created_at: this.clock.now() };
    return this.sessions.open(await insertUser(this.ports, values), { platform: 'other' });
  }

  /** One more device of a user. */
  async device(userId: number) {
    const query = this.ports.store.db.selectFrom('users').selectAll().where('id', '=', userId);
    return this.sessions.open(await query.executeTakeFirstOrThrow(), { platform: 'other' });
  }

  /** The pushes to a topic so far, after all that was enqueued was delivered. */
  async pushesTo(topic: Topic): Promise<Delivery['push'][]> {
    await this.delivered();
    return this.seen.deliveries.filter((delivery) => delivery.topic === topic).map((delivery) => delivery.push);
  }

  /** Those of one kind, to whatever topic. */
  async pushes<Name extends Push['push']>(name: Name): Promise<Extract<Push, { push: Name }>[]> {
    await this.delivered();
    const all = this.seen.deliveries.map((delivery) => delivery.push);
    return all.filter((push): push is Extract<Push, { push: Name }> => push.push === name);
  }

  /** Resolves when nothing is on its way. */
  async delivered(): Promise<void> {
    for (;;) {
      const { waiting, taken } = await this.ports.queue.depth();
      if (waiting + taken === 0) return;
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.logic.close();
    const { queue, rpc, registry, presence, store } = this.ports;
    for (const port of [queue, rpc, registry, presence, store]) await port[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What the roles around `logic` were told. */
export class Seen implements ConnectService {
  readonly deliveries: Delivery[] = [];
  readonly ended: { deviceIds: readonly number[]; reason: CloseReason }[] = [];
  readonly subscribed: { connectionId: string; topics: readonly Topic[] }[] = [];
  readonly logged: { level: string; facts: object; message: string }[] = [];

  async deliver(batch: readonly Delivery[]): Promise<void> {
    this.deliveries.push(...batch);
  }

  async listeners(): Promise<{ readonly userIds: readonly number[]; readonly count: number }> {
    return { userIds: [], count: 0 };
  }

  async subscribe(connectionId: string, topics: readonly Topic[]): Promise<void> {
    this.subscribed.push({ connectionId, topics });
  }

  async end(deviceIds: readonly number[], reason: CloseReason): Promise<void> {
    this.ended.push({ deviceIds, reason });
  }

  async post(): Promise<void> {}
}

/** @example await using test = await openTestLogic(); const ann = await test.user('ann'); await test.call('session.get', {}, ann); */
export async function openTestLogic(
  options: Partial<Policy> & { readonly ports?: Partial<LogicPorts> } = {},
): Promise<TestLogic> {
  const { ports: given, ...chosen } = options;
  const folder = await mkdtemp(join(tmpdir(), 'parley-logic-'));
  const clock = new ManualClock();
  const seen = new Seen();
  const ports = await openPorts({ folder, clock, seen, policy: { ...policy, ...chosen } });
  const test = new TestLogic({ ports: { ...ports, ...given }, clock, seen, folder });
  ports.rpc.serve('connect', seen);
  ports.rpc.serve('logic', test.logic);
  await ports.queue.consume((batch) => seen.deliver(batch));
  test.logic.start();
  return test;
}

async function openPorts(parts: {
  folder: string;
  clock: ManualClock;
  seen: Seen;
  policy: Policy;
}): Promise<LogicPorts> {
  const { folder, clock, seen, policy } = parts;
  const registry = new LocalRegistry({ dataDir: folder });
  const ids = await Snowflake.start({ lease: await registry.leaseWorkerId(), clock, onAlarm: () => undefined });
  const level = (name: string) => (facts: object, message: string) =>
    void seen.logged.push({ level: name, facts, message });
  return {
    store: await SqliteStore.open(join(folder, 'parley.sqlite')),
    presence: new MemoryPresence(clock),
    queue: new MemoryQueue(),
    rpc: new DirectRpc({ nodeId: testNode.nodeId }),
    log: { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') },
    nextId: () => ids.nextId(),
    registry,
    clock,
    policy,
  };
}
