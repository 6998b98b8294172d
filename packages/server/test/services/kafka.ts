import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasKafka, kafkaClasses } from '../../../../scripts/launch/kafka.mjs';
import type { ServiceKind, ServicePlace } from './service.ts';

const state = join(import.meta.dir, '../../../../.bun');
const settingsFile = 'server.properties';
/** Asks which calls there are: of all calls the one every version answers. */
const question = new Uint8Array([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255]);

export const kafkaLogin = { user: 'parley', password: 'canary/of+the=secret' } as const;

/** One node that is its own cluster. `npm test` gets it by Maven, once. */
export const kafkaKind: ServiceKind = {
  name: 'kafka',
  package: 'default-jre-headless maven',
  portCount: 5,
  find: () => (hasKafka(state) ? (Bun.which('java') ?? undefined) : undefined),
  prepare: (place) => prepareNode(place, settingsOf(place)),
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

/** One that asks for TLS and a password on its last port; its certificate is at `kafkaCertificateOf` its folder. */
export const kafkaGuardedKind: ServiceKind = {
  ...kafkaKind,
  prepare: (place) => prepareNode(place, { ...settingsOf(place), ...guardOf(place) }),
};

/** What two nodes have that are one cluster: each topic on both of them. */
const ofTwo = { 'default.replication.factor': 2, 'offsets.topic.replication.factor': 2 } as const;

/** The first of two nodes, which has to know of the other one before there is anything. */
export const kafkaFirstKind: ServiceKind = {
  ...kafkaKind,
  prepare: (place) => prepareNode(place, { ...settingsOf(place), ...ofTwo }),
};

export function kafkaSecondKind([, controllerPort = 0]: readonly number[]): ServiceKind {
  return {
    ...kafkaKind,
    prepare(place) {
      const [port = 0] = place.ports;
      const settings = {
        ...settingsOf({ ...place, ports: [port, controllerPort] }),
        ...ofTwo,
        'process.roles': 'broker',
        'node.id': 2,
        listeners: `PLAINTEXT://127.0.0.1:${port}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
      };
      prepareNode(place, settings);
    },
  };
}

export function kafkaUrl(port: number): string {
  return `kafka://127.0.0.1:${port}`;
}

/**
 * A port of the node that tells its callers to go on at another one, where nothing listens yet: what is put there stands between them and
 * the node.
 */
export function kafkaDetour([, , through = 0, at = 0]: readonly number[]): {
  readonly through: number;
  readonly at: number;
} {
  return { through, at };
}

export function kafkaGuardedPort([, , , , guarded = 0]: readonly number[]): number {
  return guarded;
}

export function kafkaCertificateOf(folder: string): string {
  return join(folder, 'certificate.pem');
}

type Settings = Readonly<Record<string, string | number | boolean>>;

function prepareNode({ folder }: ServicePlace, settings: Settings): void {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(folder, settingsFile), lines(settings));
  const identity = join(data, 'meta.properties');
  const node = { version: 1, 'cluster.id': 'cGFybGV5LXRlc3RzLS0tLQ', 'node.id': settings['node.id'] ?? 1 };
  if (!existsSync(identity)) writeFileSync(identity, lines(node));
}

/** Quick and small: no waits for members that are late, no cleaner, who takes more memory than all the rest. */
function settingsOf({ folder, ports }: ServicePlace): Settings {
  const [port = 0, controllerPort = 0] = ports;
  const { through, at } = kafkaDetour(ports);
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,DETOUR:PLAINTEXT,GUARDED:SASL_SSL',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},DETOUR://127.0.0.1:${through}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},DETOUR://127.0.0.1:${at}`,
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
    // Who is started again after a kill is let in when it is no longer taken for alive.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  };
}

function guardOf({ folder, ports }: ServicePlace): Settings {
  const [port = 0, controllerPort = 0] = ports;
  const guarded = kafkaGuardedPort(ports);
  const { user, password } = kafkaLogin;
  const security = 'org.apache.kafka.common.security';
  return {
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},GUARDED://127.0.0.1:${guarded}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},GUARDED://127.0.0.1:${guarded}`,
    'listener.name.guarded.ssl.keystore.type': 'PEM',
    'listener.name.guarded.ssl.keystore.location': makeCertificate(folder),
    'listener.name.guarded.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.guarded.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_${user}="${password}";`,
    'listener.name.guarded.scram-sha-256.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
  };
}

/** @returns a file with the key and the certificate */
function makeCertificate(folder: string): string {
  const [key, certificate, both] = [join(folder, 'key.pem'), kafkaCertificateOf(folder), join(folder, 'keystore.pem')];
  const kind = ['-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2'];
  const name = ['-subj', '/CN=kafka', '-addext', 'subjectAltName=IP:127.0.0.1'];
  Bun.spawnSync(['openssl', 'req', ...kind, ...name, '-keyout', key, '-out', certificate], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  writeFileSync(both, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
  return both;
}

function lines(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
