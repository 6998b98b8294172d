import type { Connections } from './connections.ts';
import type { Hub } from './hub.ts';
import { WebSocketConnection } from './websocket-connection.ts';

/**
 * Finds the WebSockets that fell behind while the runtime published to them, and takes them out of the native topics. The
 * hub calls it after every quarter of a buffer it published, so none can fill its buffer unseen. [D10]
 */
export function findSlowReaders(connections: Connections, hub: Hub): void {
  for (const connection of connections.all())
    if (!connection.isSlow && connection instanceof WebSocketConnection && connection.isBehind) hub.detach(connection);
}
