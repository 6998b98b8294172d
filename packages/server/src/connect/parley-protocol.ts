import {
  decodeCommand,
  encodeError,
  encodeErrorText,
  encodeReply,
  limits,
  ParleyError,
  subprotocol,
  toWireError,
  type UncheckedCommand,
} from '@parley/protocol';
import type { Clock } from '../clock.ts';
import { jsonFormat } from './format.ts';
import type { Peer, Protocol, ProtocolPorts } from './protocol.ts';
import { busyText } from './work-line.ts';

export const parleyPath = '/v1/socket';
export const parleyStreamPath = '/v1/stream';

/** Of a command frame as our clients write it. */
const beginning = /^\{"id":(0|[1-9]\d{0,14}),"command":"([a-zA-Z.]+)"/;

/** Frames nobody can read, or commands before the sign-in, until the socket is closed. */
export const badFramesMax = 20;

/** Our own clients: JSON text frames on a WebSocket, the same texts as events of a stream, and in `v2` packets on TCP. */
export function createParleyProtocol(ports: ProtocolPorts, clock: Clock): Protocol {
  return {
    name: 'parley',
    format: jsonFormat,
    path: parleyPath,
    streamPath: parleyStreamPath,
    subprotocol,
    packets: 'v2',
    silenceMs: limits.heartbeatTimeoutMs,
    onFrame(connection, text) {
      if (ports.isOverloaded() && refuseUnread(ports, connection, text)) return;
      try {
        const frame = decodeCommand(text);
        if (isPing(connection, frame)) connection.send(encodeReply(frame.id, { now: clock.now() }));
        else ports.submit(connection, { ticket: frame.id, command: frame.command, params: frame.params });
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        refuseFrame(connection, error);
      }
    },
    onOutcome(connection, ticket, { result, error }) {
      const isSent = connection.send(
        error === undefined ? encodeReply(ticket, result ?? {}) : encodeError(ticket, error),
      );
      if (!isSent) connection.send(encodeError(ticket, toWireError(new ParleyError('frame-too-large'))));
      if (error?.code === 'unauthenticated' && connection.session === undefined) countBad(connection);
    },
    onUnreadable: refuseFrame,
    onDrain(connection, retryAfterMs) {
      connection.send(JSON.stringify({ push: 'server.draining', retryAfterMs }));
    },
  };
}

/** Reads only what it takes to say no: anything else would take time from what can be done. [F18] */
function refuseUnread(ports: ProtocolPorts, connection: Peer, text: string): boolean {
  const [, id, command] = beginning.exec(text) ?? [];
  if (id === undefined || command === undefined || !ports.refuses(connection, command)) return false;
  connection.send(encodeErrorText(id, busyText()));
  return true;
}

function refuseFrame(connection: Peer, error: ParleyError): void {
  connection.send(encodeError(0, toWireError(error)));
  countBad(connection);
}

function countBad(connection: Peer): void {
  connection.badFrames++;
  if (connection.badFrames >= badFramesMax) connection.close('bad-frames');
}

/** Heartbeats are answered here: thousands of idle connections must not keep `logic` busy. Anything odd goes the usual way. */
function isPing({ session, inFlight }: Peer, { command, params }: UncheckedCommand): boolean {
  return (
    command === 'session.ping' &&
    session !== undefined &&
    inFlight === 0 &&
    typeof params === 'object' &&
    params !== null &&
    Object.keys(params).length === 0
  );
}
