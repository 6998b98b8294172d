import type { ConnectService } from '../rpc/rpc.ts';
import type { ConnectionIndex } from './connection-index.ts';
import type { Connections } from './connections.ts';
import type { EventStreams } from './event-streams.ts';
import type { Fence } from './fence.ts';
import type { Hub } from './hub.ts';
import type { Interest } from './interest.ts';
import { watchRooms } from './watched-rooms.ts';

export interface ServiceOptions {
  readonly hub: Hub;
  readonly interest: Interest;
  readonly fence: Fence;
  readonly connections: Connections;
  readonly devices: ConnectionIndex;
  readonly streams: EventStreams;
}

/** The node's side of the `connect` calls. */
export function createService(options: ServiceOptions): ConnectService {
  const { hub, interest, fence, connections, devices, streams } = options;
  return {
    async deliver(batch) {
      hub.deliver(batch);
      // Joins may have made this the first listener: what is delivered next has to come here, too.
      if (!interest.isSettled) await interest.settled();
    },
    async listeners(topic, limit) {
      return hub.audience(topic, limit);
    },
    async subscribe(connectionId, topics, floors) {
      const connection = connections.find(connectionId);
      if (connection === undefined) return;
      if (connection.session !== undefined) watchRooms(connection, topics);
      for (const topic of topics) hub.subscribe(connection, topic);
      hub.raise(floors);
      if (!interest.isSettled) await interest.settled();
    },
    async end(deviceIds, reason) {
      for (const deviceId of deviceIds) {
        fence.ended(deviceId);
        for (const connection of devices.of(deviceId)) {
          connection.close(reason);
          connection.flush();
        }
      }
    },
    async post(posted) {
      streams.take(posted);
    },
  };
}
