import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceKind } from './service.ts';

/** Redis, or Valkey where that is what is installed. */
export const redisKind: ServiceKind = {
  name: 'redis',
  package: 'redis-server',
  portCount: 1,
  find: () => Bun.which('redis-server') ?? Bun.which('valkey-server') ?? undefined,
  prepare({ folder, secret }) {
    if (secret === undefined) return;
    const path = settingsIn(folder);
    rmSync(path, { force: true });
    writeFileSync(path, `requirepass ${secret}\n`, { mode: 0o600, flag: 'wx' });
  },
  arguments: ({ folder, ports: [port = 0], isKept, secret }) => {
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    const keeping = ['--save', '', '--appendonly', isKept ? 'yes' : 'no'];
    return [...(secret === undefined ? [] : [settingsIn(folder)]), ...place, ...keeping];
  },
  isReady: (port, secret) =>
    new Promise((resolve) => {
      let said = '';
      void Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open: (socket) => void socket.write(secret === undefined ? 'PING\r\n' : `AUTH ${secret}\r\nPING\r\n`),
          data(socket, bytes) {
            said += bytes.toString();
            if (said === '+OK\r\n') return;
            resolve(said.endsWith('+PONG\r\n'));
            socket.end();
          },
          close: () => resolve(false),
          error: () => resolve(false),
        },
      }).catch(() => resolve(false));
    }),
};

/** Not an argument, which everybody on the machine can read. */
function settingsIn(folder: string): string {
  return join(folder, 'redis.conf');
}
