import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceKind, ServicePlace } from './service.ts';

/** The program itself; what Debian has in the PATH works for two users only. */
const installed = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** Its nodes find each other by a program that would outlive them: here it ends with its node, whoever ends that. */
const withOwnEpmd = 'setpriv --pdeathsig KILL epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & exec "$0"';
/** The first bytes a broker says: a frame of the type “method”. */
const greeting = 'AMQP\u0000\u0000\u0009\u0001';
const methodFrame = 1;

/** One node without plugins, with its data, cookie and logs in the service's folder. `guest` may do anything. */
export const rabbitmqKind: ServiceKind = {
  name: 'rabbitmq',
  package: 'rabbitmq-server',
  portCount: 3,
  find: () => (existsSync(installed) ? installed : (Bun.which('rabbitmq-server') ?? undefined)),
  prepare: ({ folder }) => writeFileSync(join(folder, 'enabled_plugins'), '[].'),
  command: () => ['/bin/sh', '-c', withOwnEpmd],
  environment: environmentOf,
  arguments: () => [],
  isReady: (port) =>
    new Promise((resolve) => {
      void Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open: (socket) => void socket.write(greeting),
          data(socket, bytes) {
            resolve(bytes[0] === methodFrame);
            socket.end();
          },
          close: () => resolve(false),
          error: () => resolve(false),
        },
      }).catch(() => resolve(false));
    }),
};

export function rabbitmqUrl(port: number, vhost = ''): string {
  return `amqp://guest:guest@127.0.0.1:${port}/${vhost}`;
}

function environmentOf({ folder, ports: [port, nodesPort, epmdPort] }: ServicePlace): Record<string, string> {
  return {
    HOME: folder,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: 'parley@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(nodesPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'environment'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    // Itself is the process that was started, and takes its signals.
    RABBITMQ_ALLOW_INPUT: 'true',
    // Few threads that do not spin: it shares the machine with what is tested.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-noinput +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
  };
}
