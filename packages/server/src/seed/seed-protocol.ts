import { ParleyError, type WireError } from '@parley/protocol';
import { z } from 'zod';
import type { Peer, Protocol, ProtocolFactory, ProtocolPorts } from '../connect/connect.ts';
import type { CommandOutcome, Rpc } from '../rpc/rpc.ts';
import { encodeSeed, op, seedFormat, seedMessageId } from './frames.ts';

/** How often the seed's server says that it lives. */
const keepAliveMs = 54_000;
/** Messages that came before the room was entered. */
const earlyMax = 64;
const failure = { refused: 1, session: 40_000 } as const;

const frameSchema = z.object({
  op: z.int().optional(),
  authToken: z.string().max(200).optional(),
  roomId: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  msg: z.string().optional(),
});
type SeedFrame = z.infer<typeof frameSchema>;

/** What a seed connection is doing. Its room is 0 until it has entered one. */
interface SeedState {
  roomId: number;
  entering: number;
  early: string[];
}

const tickets = { hello: 1, watch: 2, unwatch: 3, send: 4 } as const;

/** The seed's WebSocket: the first frame signs in and enters a room; everything after it is pushed. */
export function seedWebSocket(rpc: Rpc): ProtocolFactory {
  return (ports) => ({
    ...seedProtocol(rpc, ports),
    name: 'seed-websocket',
    path: '/ws',
    keepAlive: { intervalMs: keepAliveMs, say: (connection) => connection.ping() },
  });
}

/** The seed's TCP: op 6 signs in and enters a room, op 3 sends to it, always as the signed-in user. */
export function seedTcp(rpc: Rpc): ProtocolFactory {
  return (ports) => ({
    ...seedProtocol(rpc, ports),
    name: 'seed-tcp',
    packets: 'v1',
    keepAlive: { intervalMs: keepAliveMs, say: (connection) => connection.send('ping msg') },
  });
}

function seedProtocol(rpc: Rpc, ports: ProtocolPorts): Omit<Protocol, 'name'> {
  const room = new SeedRoom(rpc, ports);
  return {
    format: { name: seedFormat, encode: encodeSeed },
    silenceMs: Infinity,
    onFrame(connection, text) {
      const frame = readFrame(text);
      if (frame === undefined) return room.refuse(connection, new ParleyError('invalid-frame'));
      if (frame.op === op.room) room.say(connection, frame);
      else if (frame.op === undefined || frame.op === op.auth) room.enter(connection, frame);
      else room.refuse(connection, new ParleyError('unknown-command', `There is no op ${frame.op}.`));
    },
    onOutcome: (connection, ticket, outcome) => room.answered(connection, ticket, outcome),
    onUnreadable: (connection, error) => room.refuse(connection, error),
    onClose: (connection) => room.left(connection),
  };
}

function readFrame(text: string): SeedFrame | undefined {
  try {
    return frameSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** One connection and its one room. */
class SeedRoom {
  private readonly rpc: Rpc;
  private readonly ports: ProtocolPorts;

  constructor(rpc: Rpc, ports: ProtocolPorts) {
    this.rpc = rpc;
    this.ports = ports;
  }

  /** Signs in if that is not done, then enters the room. The same frame again changes nothing; another room takes the place of the first. */
  enter(connection: Peer, { roomId, authToken }: SeedFrame): void {
    const state = stateOf(connection);
    if (state.entering === roomId || (state.entering === 0 && state.roomId === roomId)) return;
    const isSigningIn = state.entering !== 0 && connection.session === undefined;
    state.entering = roomId;
    if (connection.session !== undefined) void this.join(connection, roomId);
    else if (!isSigningIn)
      this.ports.submit(connection, {
        ticket: tickets.hello,
        command: 'session.hello',
        params: { token: authToken ?? '', client: 'seed' },
      });
  }

  say(connection: Peer, frame: SeedFrame): void {
    const state = stateOf(connection);
    const text = frame.msg ?? '';
    if (state.roomId === frame.roomId && state.entering === 0) return this.send(connection, text);
    if (connection.session === undefined && state.entering === 0 && frame.authToken === undefined)
      return this.refuse(connection, new ParleyError('unauthenticated'));
    if (state.early.length >= earlyMax)
      return this.refuse(connection, new ParleyError('busy', undefined, { retryAfterMs: 1_000 }));
    state.early.push(text);
    this.enter(connection, frame);
  }

  answered(connection: Peer, ticket: number, outcome: CommandOutcome): void {
    if (outcome.error !== undefined) return this.failed(connection, ticket, outcome.error);
    const state = stateOf(connection);
    if (ticket === tickets.hello) void this.join(connection, state.entering);
    if (ticket === tickets.watch) this.entered(connection, state);
  }

  /** Tells the client; a broken sign-in also ends the socket. */
  refuse(connection: Peer, error: ParleyError | WireError): void {
    const isSession = error.code === 'unauthenticated' || error.code === 'account-disabled';
    connection.send(
      JSON.stringify({
        code: isSession ? failure.session : failure.refused,
        message: error.message,
        error: error.code,
      }),
    );
    if (isSession) connection.close('unauthenticated');
    else if (error.code === 'invalid-frame' && connection.session === undefined) connection.close('bad-frames');
  }

  left(connection: Peer): void {
    const { roomId } = stateOf(connection);
    if (roomId !== 0) this.announce(roomId);
  }

  private async join(connection: Peer, roomId: number): Promise<void> {
    try {
      await this.rpc.call('seed').enterRoom(this.ports.callerOf(connection), roomId);
      this.ports.submit(connection, {
        ticket: tickets.watch,
        command: 'conversation.watch',
        params: { conversationId: roomId },
      });
    } catch (error) {
      this.failed(connection, tickets.watch, error instanceof ParleyError ? error : new ParleyError('internal'));
    }
  }

  private entered(connection: Peer, state: SeedState): void {
    const before = state.roomId;
    state.roomId = state.entering;
    state.entering = 0;
    if (before !== 0) this.leave(connection, before);
    this.announce(state.roomId);
    for (const text of state.early.splice(0)) this.send(connection, text);
  }

  private leave(connection: Peer, roomId: number): void {
    this.ports.submit(connection, {
      ticket: tickets.unwatch,
      command: 'conversation.unwatch',
      params: { conversationId: roomId },
    });
    this.announce(roomId);
  }

  private send(connection: Peer, text: string): void {
    const { roomId } = stateOf(connection);
    this.ports.submit(connection, {
      ticket: tickets.send,
      command: 'message.send',
      params: { conversationId: roomId, clientMsgId: seedMessageId(roomId), content: { type: 'text', text } },
    });
  }

  private failed(connection: Peer, ticket: number, error: ParleyError | WireError): void {
    if (ticket === tickets.hello || ticket === tickets.watch)
      Object.assign(stateOf(connection), { entering: 0, early: [] });
    this.refuse(connection, error);
  }

  private announce(roomId: number): void {
    this.rpc
      .call('seed')
      .audienceChanged(roomId)
      .catch(() => undefined); // Best effort [D9]: the next arrival announces again.
  }
}

function stateOf(connection: Peer): SeedState {
  connection.state ??= { roomId: 0, entering: 0, early: [] } satisfies SeedState;
  return connection.state as SeedState;
}
