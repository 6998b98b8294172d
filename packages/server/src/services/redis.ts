import type { ServiceKind } from './service.ts';

/** Redis, or Valkey where that is what is installed. */
export const redisKind: ServiceKind = {
  name: 'redis',
  package: 'redis-server',
  portCount: 1,
  find: () => Bun.which('redis-server') ?? Bun.which('valkey-server') ?? undefined,
  arguments: ({ folder, ports: [port = 0], isKept }) =>
    ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', isKept ? 'yes' : 'no'].map(
      String,
    ),
  isReady: (port) =>
    new Promise((resolve) => {
      void Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open: (socket) => void socket.write('PING\r\n'),
          data(socket, bytes) {
            resolve(bytes.toString().startsWith('+PONG'));
            socket.end();
          },
          close: () => resolve(false),
          error: () => resolve(false),
        },
      }).catch(() => resolve(false));
    }),
};
