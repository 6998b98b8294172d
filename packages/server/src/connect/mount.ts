import { limits } from '@parley/protocol';
import type { Server, WebSocketHandler } from 'bun';
import { httpServing, noAddress, pathOf, plainAnswer } from '../http-serving.ts';
import type { Log } from '../log.ts';
import { EventStreams, type EventStreamOptions } from './event-streams.ts';
import type { ListenAddress } from './listen-address.ts';
import type { WebSocketConnection } from './websocket-connection.ts';
import { WebSockets } from './websocket.ts';

/** Lets another of Bun's servers take our sockets, so that a page needs one origin only. */
export interface SocketMount {
  /** The server's `websocket` option. */
  readonly websocket: WebSocketHandler<WebSocketConnection>;
  /**
   * For the server's `fetch`: `'upgraded'` means answer nothing; a response is the refusal, or what an event stream is
   * answered; undefined: not a path of ours.
   * @example const answer = mount.tryUpgrade(request, server);
   * if (answer !== undefined) return answer === 'upgraded' ? undefined : answer;
   */
  tryUpgrade(
    request: Request,
    server: Server<WebSocketConnection>,
  ): Response | Promise<Response> | 'upgraded' | undefined;
  /** Resolves when all sockets are closed, and no more will be taken: until then that server may stop accepting, and nothing else. */
  readonly settled: Promise<void>;
}

/** Above our own limit, so that a body between the two gets a problem instead of a cut connection. */
const bodyBytesMax = limits.streamPostBytesMax * 4;

/** WebSockets and event streams, on servers of their own and on those of others. */
export class Mount implements SocketMount {
  readonly websocket: WebSocketHandler<WebSocketConnection>;
  readonly streams: EventStreams;
  private readonly sockets: WebSockets;
  private readonly own: Server<WebSocketConnection>[] = [];
  private readonly log: Log;
  private readonly end = Promise.withResolvers<void>();
  readonly settled = this.end.promise;

  constructor(options: EventStreamOptions) {
    this.sockets = new WebSockets(options);
    this.streams = new EventStreams(options);
    this.websocket = this.sockets.websocket;
    this.log = options.log;
  }

  /** Starts a server of its own. @returns its port. @throws what Bun throws when the port is taken. */
  listen({ hostname, port, isShared = false }: ListenAddress): number {
    const server = Bun.serve<WebSocketConnection>({
      hostname,
      port,
      reusePort: isShared,
      ...httpServing((error) => this.log.error({ error }, 'A request could not be answered')),
      maxRequestBodySize: bodyBytesMax,
      websocket: this.websocket,
      fetch: (request, server) => {
        if (pathOf(request) === undefined) return noAddress();
        const answer = this.tryUpgrade(request, server) ?? plainAnswer(404, 'Not found');
        return answer === 'upgraded' ? undefined : answer;
      },
    });
    this.own.push(server);
    return server.port ?? port;
  }

  tryUpgrade(
    request: Request,
    server: Server<WebSocketConnection>,
  ): Response | Promise<Response> | 'upgraded' | undefined {
    return this.sockets.tryUpgrade(request, server) ?? this.streams.tryAnswer(request, server);
  }

  /** Takes no new sockets and streams; open ones stay, and as long as there are streams, so does the way for their frames. */
  stop(): void {
    this.sockets.isDraining = true;
    this.streams.isDraining = true;
    if (this.streams.count > 0) return;
    for (const server of this.own) void server.stop();
  }

  /** Drops what is left. */
  async close(): Promise<void> {
    await Promise.all(this.own.map((server) => server.stop(true)));
    this.end.resolve();
  }
}
