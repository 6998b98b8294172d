import { ParleyError } from '@parley/protocol';
import type { Socket, SocketHandler, TCPSocketListener } from 'bun';
import type { Clock } from '../clock.ts';
import type { ConnectionPorts } from './connection.ts';
import type { Connections } from './connections.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Protocol } from './protocol.ts';
import { TcpConnection } from './tcp-connection.ts';
import { TcpLane } from './tcp-lane.ts';

export interface TcpOptions {
  readonly clock: Clock;
  readonly ports: ConnectionPorts;
  readonly connections: Connections;
  readonly protocols: readonly Protocol[];
}

/** A protocol on TCP and the lane of its connections. */
interface Speech {
  readonly protocol: Protocol;
  readonly lane: TcpLane;
}

/** TCP listeners. Which protocol a client speaks its first packet says. */
export class TcpSockets {
  private readonly options: TcpOptions;
  private readonly speeches: readonly Speech[];
  private readonly listeners: TCPSocketListener<TcpConnection>[] = [];
  private readonly handler: SocketHandler<TcpConnection>;

  constructor(options: TcpOptions) {
    this.options = options;
    this.speeches = options.protocols.flatMap((protocol) =>
      protocol.packets === undefined ? [] : [{ protocol, lane: new TcpLane(protocol.format, protocol.packets) }],
    );
    this.handler = {
      open: (socket) => this.opened(socket),
      data: (socket, chunk) => this.received(socket.data, chunk),
      drain: (socket) => socket.data.drained(),
      close: (socket) => options.connections.closed(socket.data),
      // A reset is followed by close; nothing else is to be done.
      error: () => undefined,
    };
  }

  /** @returns the port. @throws what Bun throws when it is taken. */
  listen({ hostname, port, isShared = false }: ListenAddress): number {
    // Its types know `reusePort` only for clients.
    const options = { hostname, port, reusePort: isShared, socket: this.handler };
    const listener = Bun.listen<TcpConnection>(options);
    this.listeners.push(listener);
    return listener.port;
  }

  /** Stops accepting; open sockets stay. */
  stop(): void {
    for (const listener of this.listeners) listener.stop();
  }

  /** Drops what is left. */
  close(): void {
    for (const listener of this.listeners) listener.stop(true);
  }

  private opened(socket: Socket<TcpConnection>): void {
    const { connections, clock, ports } = this.options;
    const [first] = this.speeches;
    if (first === undefined) {
      socket.terminate();
      return;
    }
    socket.data = new TcpConnection(ports, {
      id: connections.nextId(),
      address: socket.remoteAddress,
      ...first,
      nowMs: clock.monotonic(),
    });
    socket.data.opened(socket);
    connections.open(socket.data);
  }

  /** Garbage ends this socket; what stood before it counts. */
  private received(connection: TcpConnection, chunk: Uint8Array): void {
    if (connection.isClosing) return;
    try {
      for (const text of connection.decoder.push(chunk))
        if (this.decide(connection)) this.options.connections.heard(connection, text);
      connection.decoder.check();
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (connection.isDecided) connection.protocol.onUnreadable(connection, error);
      connection.close('bad-frames');
    }
  }

  /** Hands the connection to the protocol of its first packet; closes it when there is none. */
  private decide(connection: TcpConnection): boolean {
    if (connection.isDecided || connection.isClosing) return true;
    const speech = this.speeches.find(({ protocol }) => protocol.packets === connection.decoder.version);
    if (speech === undefined) connection.close('bad-frames');
    else {
      connection.isDecided = true;
      connection.protocol = speech.protocol;
      connection.lane = speech.lane;
    }
    return speech !== undefined;
  }
}
