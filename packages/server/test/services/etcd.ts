import { join } from 'node:path';
import type { ServiceKind, ServicePlace } from './service.ts';

/** One member that is its own cluster. */
export const etcdKind: ServiceKind = {
  name: 'etcd',
  package: 'etcd-server',
  portCount: 2,
  find: () => Bun.which('etcd') ?? undefined,
  arguments: (place) => argumentsOf(place, 'http'),
  isReady: (port) => isHealthy(`http://127.0.0.1:${port}`),
};

/** The same with a certificate it makes itself, which is at `certificateOf` its folder. */
export const etcdTlsKind: ServiceKind = {
  ...etcdKind,
  arguments: (place) => [...argumentsOf(place, 'https'), '--auto-tls'],
  isReady: (port) => isHealthy(`https://127.0.0.1:${port}`),
};

export function certificateOf(folder: string): string {
  return join(folder, 'fixtures/client/cert.pem');
}

function argumentsOf({ folder, ports: [port = 0, peerPort = 0] }: ServicePlace, scheme: string): readonly string[] {
  const url = `${scheme}://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return [
    '--data-dir',
    folder,
    '--log-level=error',
    '--heartbeat-interval=50',
    '--election-timeout=500',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
  ];
}

/** Who asks only whether it is there does not care whose certificate it shows. */
function isHealthy(url: string): Promise<boolean> {
  return fetch(`${url}/health`, { tls: { rejectUnauthorized: false } }).then(
    async (answer) => ((await answer.json()) as { readonly health: unknown }).health === 'true',
    () => false,
  );
}
