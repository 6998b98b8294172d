import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasKafka, kafkaClasses } from '../../../../scripts/launch/kafka.mjs';
import type { ServiceKind, ServicePlace } from './service.ts';

const state = join(import.meta.dir, '../../../../.bun');
const settingsFile = 'server.properties';
/** Asks which calls there are: of all calls the one every version answers. */
const question = new Uint8Array([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255]);

/** One node that is its own cluster. `npm test` gets it by Maven, once. */
export const kafkaKind: ServiceKind = {
  name: 'kafka',
  package: 'default-jre-headless maven',
  portCount: 2,
  find: () => (hasKafka(state) ? (Bun.which('java') ?? undefined) : undefined),
  prepare(place) {
    const data = join(place.folder, 'data');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(place.folder, settingsFile), settingsOf(place));
    writeFileSync(join(data, 'meta.properties'), 'version=1\ncluster.id=cGFybGV5LXRlc3RzLS0tLQ\nnode.id=1\n');
  },
  arguments: ({ folder }) => [
    '-Xms64m',
    '-Xmx384m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    kafkaClasses(state),
    'kafka.Kafka',
    join(folder, settingsFile),
  ],
  isReady: (port) =>
    new Promise((resolve) => {
      void Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open: (socket) => void socket.write(question),
          data(socket) {
            resolve(true);
            socket.end();
          },
          close: () => resolve(false),
          error: () => resolve(false),
        },
      }).catch(() => resolve(false));
    }),
};

export function kafkaUrl(port: number): string {
  return `kafka://127.0.0.1:${port}`;
}

/** Quick and small: no waits for members that are late, no cleaner, who takes more memory than all the rest. */
function settingsOf({ folder, ports: [port = 0, controllerPort = 0] }: ServicePlace): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'log.dirs': join(folder, 'data'),
    'log.cleaner.enable': false,
    'log.index.size.max.bytes': 65_536,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    'auto.create.topics.enable': false,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
