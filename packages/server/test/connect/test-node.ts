import { ParleyError, type Push } from '@parley/protocol';
import { createConnect, type Connect, type ConnectOptions } from '../../src/connect/connect.ts';
import { topicOf, type Delivery, type Topic } from '../../src/delivery.ts';
import type { Log } from '../../src/log.ts';
import { MemoryPresence } from '../../src/presence/memory.ts';
import { DirectRpc } from '../../src/rpc/direct.ts';
import type {
  ClosedConnection,
  CommandCall,
  CommandOutcome,
  Head,
  Listeners,
  LogicService,
  Membership,
  Rpc,
} from '../../src/rpc/rpc.ts';
import type { Session } from '../../src/session.ts';
import { ManualClock } from '../manual-clock.ts';
import { RawWebSocket } from './raw-websocket.ts';

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The other side of the port: signs in `user <id>`, listens where it is told, answers the rest with their params. */
export class ScriptedLogic implements LogicService {
  readonly batches: (readonly CommandCall[])[] = [];
  readonly gone: ClosedConnection[] = [];
  headsAre: Head[] = [];
  /** Where conversations stand when their members are asked for, and who is none; undefined: nobody can say. */
  membershipIs: { readonly version: number; readonly strangers: readonly number[] } | undefined = {
    version: 0,
    strangers: [],
  };
  /** How often members were asked for, and what happens before each answer. */
  looks = 0;
  whileLooking: (() => Promise<void>) | undefined;
  onGone: () => void = () => undefined;
  /** Replaces the answer to a command. */
  answers: (call: CommandCall) => Promise<CommandOutcome> | CommandOutcome | undefined = () => undefined;

  async handle(calls: readonly CommandCall[]): Promise<readonly CommandOutcome[]> {
    this.batches.push(calls);
    return Promise.all(calls.map((call) => this.answers(call) ?? this.usual(call)));
  }

  async closed(connections: readonly ClosedConnection[]): Promise<void> {
    this.gone.push(...connections);
    this.onGone();
  }

  async heads(ids: readonly number[]): Promise<readonly Head[]> {
    return this.headsAre.filter(({ conversationId }) => ids.includes(conversationId));
  }

  async membersAmong(listeners: readonly Listeners[]): Promise<readonly Membership[]> {
    this.looks++;
    if (this.membershipIs === undefined) throw new ParleyError('unavailable');
    const { version, strangers } = this.membershipIs;
    await this.whileLooking?.();
    return listeners.map(({ conversationId, userIds }) => {
      const members = userIds.filter((userId) => !strangers.includes(userId));
      return { conversationId, version, seq: version, userIds: members };
    });
  }

  private usual({ command, params }: CommandCall): CommandOutcome {
    const fields = params as { token?: string; topics?: Topic[] };
    if (command === 'listen') return { result: {}, effects: { subscribe: fields.topics ?? [] } };
    if (command === 'unlisten') return { result: {}, effects: { unsubscribe: fields.topics ?? [] } };
    if (command !== 'session.hello') return { result: params };
    const [userId = 0, deviceId = userId] = (fields.token ?? '').split('.').map(Number);
    if (!(userId > 0)) return { error: { code: 'unauthenticated', message: 'no', retryable: false } };
    return {
      result: { userId },
      effects: { session: sessionOf(userId, deviceId), subscribe: [topicOf.user(userId), ...(fields.topics ?? [])] },
    };
  }
}

export function sessionOf(userId: number, deviceId = userId): Session {
  return {
    userId,
    deviceId,
    userName: `u${userId}`,
    displayName: `U${userId}`,
    kind: 'person',
    isAdmin: false,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

export function messageChanged(conversationId: number, version: number, text = 'hi'): Push {
  return {
    push: 'message.changed',
    message: {
      conversationId,
      seq: version,
      id: String(version),
      version,
      senderId: 1,
      clientMsgId: `m${version}`,
      createdAt: 1,
      content: { type: 'text', text },
    },
  };
}

export function delivery(conversationId: number, version: number, more: Partial<Delivery> = {}): Delivery {
  return { topic: topicOf.conversation(conversationId), push: messageChanged(conversationId, version), ...more };
}

/** A connect node on real sockets, with its clock in the test's hands. */
export class TestNode implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly logic = new ScriptedLogic();
  readonly presence = new MemoryPresence(this.clock);
  readonly rpc: Rpc;
  readonly connect: Connect;
  readonly port: number;
  readonly tcpPort: number;

  constructor(options: Partial<ConnectOptions> = {}) {
    this.rpc = options.rpc ?? new DirectRpc({ nodeId: 'n1' });
    this.rpc.serve('logic', this.logic);
    this.connect = createConnect({
      node: { nodeId: 'n1', bootId: 'b1' },
      rpc: this.rpc,
      presence: this.presence,
      clock: this.clock,
      log: quiet,
      ...options,
    });
    this.port = this.connect.listenWebSocket({ hostname: '127.0.0.1', port: 0 });
    this.tcpPort = this.connect.listenTcp({ hostname: '127.0.0.1', port: 0 });
    this.connect.start();
  }

  /** Turns the clock in steps, as the wheel sees it. */
  advance(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.clock.advance(Math.min(100, left));
      this.connect.advance();
    }
  }

  deliver(...batch: Delivery[]): Promise<void> {
    return this.connect.service.deliver(batch);
  }

  open(): Promise<RawWebSocket> {
    return RawWebSocket.open(this.port);
  }

  /** A socket that is signed in and listens. */
  async signedIn(userId: number, topics: readonly Topic[] = []): Promise<RawWebSocket> {
    const socket = await this.open();
    socket.command(1, 'session.hello', { token: String(userId), topics });
    await socket.json();
    return socket;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.connect.close();
  }
}
