import type { Server, WebSocketHandler } from 'bun';
import { peerAddress, type ClientAddress } from '../client-address.ts';
import { httpServing, noAddress, pathOf, type OnDefect } from '../http-serving.ts';
import { stopListening } from '../stop-listening.ts';
import { findFiles, isOutdated, respondWith, type SiteFiles } from './site-files.ts';
import { notBuilt, notFound, onlyReading } from './plain-pages.ts';

/** What answers below `/api` of the page's origin. */
export interface SiteApi {
  fetch(request: Request, address: string, under: string): Promise<Response>;
}

/** What takes sockets on the page's origin. */
export interface SiteSocket<Data> {
  readonly websocket: WebSocketHandler<Data>;
  /** `'upgraded'`: answer nothing. Undefined: not a path of sockets. */
  tryUpgrade(request: Request, server: Server<Data>): Response | Promise<Response> | 'upgraded' | undefined;
  /** Resolves when they are closed, and no more will be taken. */
  readonly settled: Promise<void>;
}

export interface SiteOptions<Data> {
  /** The built page, such as `packages/web/dist`. Served are the files found there, and nothing else. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Other processes may listen on it, too. */
  readonly isShared?: boolean;
  /** Who is counted; otherwise the peer. */
  readonly clientAddress?: ClientAddress;
  readonly api?: SiteApi;
  readonly socket?: SiteSocket<Data>;
  readonly onDefect: OnDefect;
}

export interface Site {
  readonly port: number;
  /** Stops accepting; sockets stay until whoever took them has sent them away. Then running requests may finish, for a while. */
  stop(): Promise<void>;
}

const apiPath = '/api';
const indexPath = '/index.html';

/**
 * Serves the chat page, and on the same origin what it is given: the API and the sockets. Alone it is a page server.
 * @throws the runtime's error with code `EADDRINUSE` when the port is taken.
 */
export function startSite<Data>(options: SiteOptions<Data>): Site {
  const { api, socket, clientAddress = peerAddress } = options;
  const pages = new Pages(options.folder);
  const place = {
    ...httpServing(options.onDefect),
    hostname: options.host,
    port: options.port,
    reusePort: options.isShared ?? false,
    idleTimeout: 20,
    maxRequestBodySize: 1_048_576,
  };
  const answer = async (request: Request, address: string): Promise<Response> => {
    const pathname = pathOf(request);
    if (pathname === undefined) return noAddress();
    const isForApi = pathname === apiPath || pathname.startsWith(`${apiPath}/`);
    return api !== undefined && isForApi
      ? await api.fetch(request, address, apiPath)
      : await pages.answer(request, pathname);
  };
  const server =
    socket === undefined
      ? Bun.serve({ ...place, fetch: (request, server) => answer(request, clientAddress(request, server)) })
      : Bun.serve<Data>({
          ...place,
          websocket: socket.websocket,
          fetch: (request, server) => {
            const upgraded = socket.tryUpgrade(request, server);
            if (upgraded === 'upgraded') return undefined;
            return upgraded ?? answer(request, clientAddress(request, server));
          },
        });
  return {
    port: server.port ?? options.port,
    async stop() {
      void server.stop();
      await socket?.settled;
      await stopListening(server);
    },
  };
}

/** The page's files; looked for again while there are none and after a new build, so that no restart is needed. */
class Pages {
  private readonly folder: string;
  private files: SiteFiles;

  constructor(folder: string) {
    this.folder = folder;
    this.files = findFiles(folder);
  }

  async answer(request: Request, pathname: string): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return onlyReading();
    const path = pathname === '/' ? indexPath : pathname;
    const known = this.files.get(path);
    // A new build replaces the page and removes what belonged to the one before.
    if (!this.files.has(indexPath) || (known !== undefined && isOutdated(known))) this.files = findFiles(this.folder);
    if (!this.files.has(indexPath)) return notBuilt();
    const file = this.files.get(path);
    return file === undefined ? notFound() : await respondWith(file, request);
  }
}
