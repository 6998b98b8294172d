import type { Server } from 'bun';
import { addressBits, addressRange, addressText, isWithin, type AddressRange } from './address-range.ts';

/** Whose request it is, for limits and the log; empty when its socket is gone. */
export type ClientAddress = (request: Request, server: Pick<Server<never>, 'requestIP'>) => string;

/** Proxies one behind the other. Past them the socket’s peer counts. */
export const hopsMax = 16;

/** Of a server that people reach directly, and of whoever is no proxy of ours: the socket’s peer. */
export const peerAddress: ClientAddress = (request, server) => server.requestIP(request)?.address ?? '';

/**
 * Behind proxies: `X-Forwarded-For`, as far as those wrote it whom we know. Nobody else’s is read.
 * @param proxies Addresses and ranges, as `addressRange` reads them.
 */
export function clientAddressBehind(proxies: readonly string[]): ClientAddress {
  const ranges = proxies.flatMap((text) => addressRange(text) ?? []);
  if (ranges.length === 0) return peerAddress;
  return (request, server) => {
    const peer = peerAddress(request, server);
    const bits = addressBits(peer);
    if (bits === undefined || !isAny(bits, ranges)) return peer;
    return forwardedFor(request.headers.get('x-forwarded-for') ?? '', ranges) ?? peer;
  };
}

/**
 * The last address that is no proxy’s; where all are, the first. What stands before it may be anybody’s invention.
 * Undefined: there is none, or what a proxy wrote is no address.
 */
export function forwardedFor(header: string, proxies: readonly AddressRange[]): string | undefined {
  let end = header.length;
  for (let hop = 0; hop < hopsMax; hop++) {
    const comma = header.lastIndexOf(',', end - 1);
    const bits = addressBits(header.slice(comma + 1, end).trim());
    if (bits === undefined) return undefined;
    if (comma < 0 || !isAny(bits, proxies)) return addressText(bits);
    end = comma;
  }
  return undefined;
}

function isAny(bits: bigint, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => isWithin(bits, range));
}
