import { limits, ParleyError } from '@parley/protocol';
import type { Server, WebSocketHandler } from 'bun';
import type { ClientAddress } from '../client-address.ts';
import type { Clock } from '../clock.ts';
import { pathOf, plainAnswer } from '../http-serving.ts';
import type { ConnectionPorts } from './connection.ts';
import type { Connections } from './connections.ts';
import { handshakeFault } from './handshake.ts';
import { isAllowedOrigin } from './origins.ts';
import type { Protocol } from './protocol.ts';
import { WebSocketConnection } from './websocket-connection.ts';
import { WebSocketLane } from './websocket-lane.ts';

export interface WebSocketOptions {
  readonly clock: Clock;
  readonly ports: ConnectionPorts;
  readonly connections: Connections;
  readonly protocols: readonly Protocol[];
  readonly allowedOrigins: readonly string[];
  readonly clientAddress: ClientAddress;
}

/** Bun's native WebSocket server: the handshake, and from sockets to connections. */
export class WebSockets {
  readonly websocket: WebSocketHandler<WebSocketConnection>;
  /** Refuses every new socket. */
  isDraining = false;
  private readonly options: WebSocketOptions;
  private readonly origins: ReadonlySet<string>;
  private readonly lanes = new WeakMap<Server<WebSocketConnection>, Map<Protocol, WebSocketLane>>();

  constructor(options: WebSocketOptions) {
    this.options = options;
    this.origins = new Set(options.allowedOrigins);
    this.websocket = handlerFor(options.connections, options.ports);
  }

  /** `'upgraded'`: answer nothing; a response is the refusal; undefined: not a path of ours. */
  tryUpgrade(request: Request, server: Server<WebSocketConnection>): Response | 'upgraded' | undefined {
    const path = pathOf(request);
    if (path === undefined) return undefined;
    const protocol = this.options.protocols.find((candidate) => candidate.path === path);
    if (protocol === undefined) return undefined;
    return (
      this.refuse(request, protocol) ??
      (this.upgrade(request, server, protocol) ? 'upgraded' : plainAnswer(400, 'The WebSocket handshake is not valid.'))
    );
  }

  private refuse({ headers }: Request, protocol: Protocol): Response | undefined {
    if (!isAllowedOrigin(headers.get('origin'), headers.get('host'), this.origins))
      return plainAnswer(403, 'This origin may not open sockets here.');
    if (!headers.has('upgrade')) return plainAnswer(426, 'This is a WebSocket address.', { upgrade: 'websocket' });
    const fault = handshakeFault(headers);
    if (fault !== undefined) return plainAnswer(400, fault);
    const offered = headers.get('sec-websocket-protocol');
    const isUnderstood =
      offered === null || protocol.subprotocol === undefined || offersOf(offered).includes(protocol.subprotocol);
    if (!isUnderstood) return plainAnswer(400, `The subprotocol here is ${protocol.subprotocol}.`);
    return this.isDraining ? plainAnswer(503, 'This node is shutting down.', { 'retry-after': '1' }) : undefined;
  }

  private upgrade(request: Request, server: Server<WebSocketConnection>, protocol: Protocol): boolean {
    const { connections, ports, clock, clientAddress } = this.options;
    const data = new WebSocketConnection(ports, {
      id: connections.nextId(),
      address: clientAddress(request, server),
      protocol,
      lane: this.laneOf(server, protocol),
      nowMs: clock.monotonic(),
    });
    const isOffered = protocol.subprotocol !== undefined && request.headers.has('sec-websocket-protocol');
    return server.upgrade(request, {
      data,
      ...(isOffered ? { headers: { 'sec-websocket-protocol': protocol.subprotocol } } : {}),
    });
  }

  private laneOf(server: Server<WebSocketConnection>, protocol: Protocol): WebSocketLane {
    let lanes = this.lanes.get(server);
    if (lanes === undefined) this.lanes.set(server, (lanes = new Map()));
    let lane = lanes.get(protocol);
    if (lane === undefined)
      lanes.set(
        protocol,
        (lane = new WebSocketLane(server, protocol.format, this.options.protocols.indexOf(protocol))),
      );
    return lane;
  }
}

function handlerFor(connections: Connections, ports: ConnectionPorts): WebSocketHandler<WebSocketConnection> {
  return {
    maxPayloadLength: limits.frameBytesMax,
    // Past it the socket is dropped by the runtime; the hub closes it with a code before that. [D10]
    backpressureLimit: limits.socketBufferBytesMax,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    // The timer wheel sees to silence, for all sockets at once.
    idleTimeout: 0,
    sendPings: false,
    open(socket) {
      socket.data.opened(socket);
      connections.open(socket.data);
    },
    message(socket, message) {
      if (typeof message === 'string') connections.heard(socket.data, message);
      else connections.unreadable(socket.data, new ParleyError('invalid-frame', 'Binary frames have no meaning here.'));
    },
    drain(socket) {
      if (socket.data.isSlow && socket.getBufferedAmount() === 0) ports.drained(socket.data);
    },
    ping: (socket) => connections.touched(socket.data),
    pong: (socket) => connections.touched(socket.data),
    close: (socket) => connections.closed(socket.data),
  };
}

function offersOf(header: string): string[] {
  return header.split(',').map((offer) => offer.trim());
}
