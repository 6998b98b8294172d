import type { Push } from '@parley/protocol';
import { systemClock } from '@parley/server/src/clock.ts';
import { createConnect } from '@parley/server/src/connect/connect.ts';
import { MemoryPresence } from '@parley/server/src/presence/memory.ts';
import { DirectRpc } from '@parley/server/src/rpc/direct.ts';
import type { LogicService } from '@parley/server/src/rpc/rpc.ts';
import type { News, Order } from './protocol.ts';

/** The process under test: our hub, or Bun's publish with nothing around it. All sockets are in one room. */

const hostname = '127.0.0.1';
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
// All versions have the same number of digits, so all frames are equally long.
let version = 1_000_000;

function nextPush(): Push {
  version++;
  const content = { type: 'text', text: 'Fourteen lines of nothing' } as const;
  return {
    push: 'message.changed',
    message: {
      conversationId: 7,
      seq: version,
      id: '700000000001',
      version,
      senderId: 1,
      clientMsgId: 'abcdefgh',
      createdAt: 1_767_225_600_000,
      content,
    },
  };
}

/** Signs everybody in and lets them listen to the room. */
const anyone: LogicService = {
  handle: async (calls) =>
    calls.map(({ caller }) => {
      const userId = Number.parseInt(caller.connection?.connectionId ?? '1', 36);
      const session = {
        userId,
        deviceId: userId,
        userName: 'u',
        displayName: 'U',
        kind: 'person',
        isAdmin: false,
        expiresAt: Infinity,
      } as const;
      return { result: {}, effects: { session, subscribe: [`u:${userId}`, 'c:7'] } };
    }),
  closed: async () => undefined,
  heads: async () => [],
  membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 0, seq: 0 })),
};

function serveParley(): { port: number; burst(frames: number): Promise<void> } {
  const rpc = new DirectRpc({ nodeId: 'bench' });
  rpc.serve('logic', anyone);
  const node = { nodeId: 'bench', bootId: 'bench' };
  const connect = createConnect({
    node,
    rpc,
    presence: new MemoryPresence(systemClock),
    clock: systemClock,
    log: quiet,
  });
  const port = connect.listenWebSocket({ hostname, port: 0 });
  connect.start();
  const burst = (frames: number) =>
    connect.service.deliver(Array.from({ length: frames }, () => ({ topic: 'c:7' as const, push: nextPush() })));
  return { port, burst };
}

function serveBare(): { port: number; burst(frames: number): Promise<void> } {
  const server = Bun.serve({
    port: 0,
    hostname,
    fetch: (request, bare) => (bare.upgrade(request) ? undefined : new Response('bare')),
    websocket: {
      perMessageDeflate: false,
      open: (socket) => void socket.subscribe('c:7'),
      message: (socket) => void socket.send('{}'),
    },
  });
  const burst = async (frames: number): Promise<void> => {
    for (let frame = 0; frame < frames; frame++) server.publish('c:7', JSON.stringify(nextPush()), false);
  };
  return { port: server.port ?? 0, burst };
}

const tell = (news: News): void => void process.send?.(news);
const { port, burst } = process.argv[2] === 'parley' ? serveParley() : serveBare();

process.on('message', (order: Order) => {
  if (order.do === 'burst') {
    const frameBytes = JSON.stringify(nextPush()).length;
    void burst(order.frames).then(() => tell({ is: 'sent', frameBytes }));
  } else if (order.do === 'cpu') {
    const { user, system } = process.cpuUsage();
    tell({ is: 'cpu', seconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() });
  } else process.exit(0);
});
tell({ is: 'ready', port });
