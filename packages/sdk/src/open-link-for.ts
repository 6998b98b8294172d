import { addressesOf } from './addresses.ts';
import type { ClientOptions } from './contract.ts';
import type { Environment, OpenLink } from './environment.ts';
import { openStreamLink } from './stream-link.ts';
import { TransportLinks } from './transport-links.ts';
import { openWebSocketLink } from './web-socket-link.ts';

/** How the links of one client are opened. @throws TypeError outside of a browser without a `url`. */
export function openLinkFor(
  options: ClientOptions,
  environment: Pick<Environment, 'fetch' | 'after' | 'now'>,
): OpenLink {
  const { streamUrl } = addressesOf(options);
  const stream: OpenLink = (_url, events) => openStreamLink(environment, streamUrl, events);
  if (options.transport === 'websocket') return openWebSocketLink;
  if (options.transport === 'stream') return stream;
  return new TransportLinks(environment, { websocket: openWebSocketLink, stream }).open;
}
