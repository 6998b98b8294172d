import type { CloseReason, PacketVersion, ParleyError } from '@parley/protocol';
import type { Caller, CommandOutcome } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { Format } from './format.ts';

/** A connection as its protocol sees it. */
export interface Peer {
  readonly id: string;
  readonly address: string;
  /** There once the effects of a `session.hello` are in force. */
  readonly session: Session | undefined;
  /** Commands submitted and not answered. */
  readonly inFlight: number;
  readonly isClosing: boolean;
  /** The protocol's own count and state; nobody else touches them. */
  badFrames: number;
  state: unknown;
  /** Sends a text; it leaves with all others of this tick. @returns false when it does not fit the framing and is left out. */
  send(text: string): boolean;
  /** A ping of the transport, where it has one. */
  ping(): void;
  /** Closes after what was sent so far. `text` tells clients more, at most 123 bytes. */
  close(reason: CloseReason, text?: string): void;
}

/**
 * What one kind of client and a connect node say to each other: ours (`parley-protocol.ts`), or another one, such as the seed's.
 * A protocol turns frames into commands and outcomes into frames; sockets, deadlines, limits and topics are not its business.
 *
 * ```ts
 * const echo: ProtocolFactory = ({ submit }) => ({
 *   name: 'echo', format, path: '/echo', silenceMs: 75_000,
 *   onFrame: (connection, text) => submit(connection, { ticket: 1, command: 'session.hello', params: { token: text } }),
 *   onOutcome: (connection, _ticket, { error }) => connection.send(error?.code ?? 'ok'),
 *   onUnreadable: (connection) => connection.close('bad-frames'),
 * });
 * ```
 */
export interface Protocol {
  readonly name: string;
  readonly format: Format;
  /** The WebSocket path it answers at, if any. */
  readonly path?: string;
  /** The HTTP path at which it opens event streams, if any; their frames are posted to `/frames` below it. */
  readonly streamPath?: string;
  /** A client that offers WebSocket subprotocols must offer this one. */
  readonly subprotocol?: string;
  /** The TCP packets its clients speak, if any. */
  readonly packets?: PacketVersion;
  /** Silence after which a signed-in connection is closed with `heartbeat-timeout`; `Infinity` when its clients need not speak. */
  readonly silenceMs: number;
  /** What is said to each signed-in connection every `intervalMs`. */
  readonly keepAlive?: KeepAlive;
  /** One text frame or packet. Whatever it throws closes only this connection, with `bad-frames`. */
  onFrame(connection: Peer, text: string): void;
  /** The answer to what was submitted with `ticket`; its effects are in force. Called once per submission, unless the socket is gone. */
  onOutcome(connection: Peer, ticket: number, outcome: CommandOutcome): void;
  /** A binary frame. */
  onUnreadable(connection: Peer, error: ParleyError): void;
  onClose?(connection: Peer): void;
  /** The node goes away; the connection will be closed after about `retryAfterMs`. */
  onDrain?(connection: Peer, retryAfterMs: number): void;
}

export interface KeepAlive {
  readonly intervalMs: number;
  say(connection: Peer): void;
}

/** One command of a connection on its way to `logic`. */
export interface Submission {
  /** The protocol's own number for it; comes back with the outcome. */
  readonly ticket: number;
  readonly command: string;
  readonly params: unknown;
}

/** What a protocol may ask of the node. */
export interface ProtocolPorts {
  /** Sends a command with all others of this tick; `onOutcome` gets the answer, also when it is refused here. */
  submit(connection: Peer, submission: Submission): void;
  /** More is sent than can be done: `refuses` is worth asking. */
  isOverloaded(): boolean;
  /** Whether this command is one too many; then it counts as refused, and the connection has to be told `busy`. [D11, F18] */
  refuses(connection: Peer, command: string): boolean;
  /** Who a connection is, for calls besides commands. */
  callerOf(connection: Peer): Caller;
}

export type ProtocolFactory = (ports: ProtocolPorts) => Protocol;
