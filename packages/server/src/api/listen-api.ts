import { limits } from '@parley/protocol';
import { peerAddress, type ClientAddress } from '../client-address.ts';
import { httpServing, noAddress, pathOf, type OnDefect } from '../http-serving.ts';
import { stopListening } from '../stop-listening.ts';
import type { Api } from './api.ts';

export interface ListeningApi {
  readonly port: number;
  /** Stops accepting, lets running requests finish, for a while. */
  stop(): Promise<void>;
}

export interface ApiPlace {
  readonly host: string;
  readonly port: number;
  /** Other processes may listen on it, too. */
  readonly isShared?: boolean;
  /** Who is counted; otherwise the peer. */
  readonly clientAddress?: ClientAddress;
  readonly onDefect: OnDefect;
}

/**
 * Serves the HTTP interface on a port of its own.
 * @throws the runtime's error with code `EADDRINUSE` when the port is taken.
 */
export function listenApi(api: Api, place: ApiPlace): ListeningApi {
  const { clientAddress = peerAddress } = place;
  const server = Bun.serve({
    ...httpServing(place.onDefect),
    hostname: place.host,
    port: place.port,
    reusePort: place.isShared ?? false,
    // Above our own limit, so that a body between the two gets a problem instead of a cut connection.
    maxRequestBodySize: limits.frameBytesMax * 16,
    // A request that never ends holds its connection no longer.
    idleTimeout: 20,
    fetch: async (request, listening) =>
      pathOf(request) === undefined ? noAddress() : await api.fetch(request, clientAddress(request, listening)),
  });
  return { port: server.port ?? place.port, stop: () => stopListening(server) };
}
