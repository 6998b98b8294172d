import { directFetch } from '../direct-fetch.ts';
import type { ServiceKind, ServicePlace } from './service.ts';

/** One member that is its own cluster. */
export const etcdKind: ServiceKind = {
  name: 'etcd',
  package: 'etcd-server',
  portCount: 2,
  find: () => Bun.which('etcd') ?? undefined,
  arguments: (place) => etcdArguments(place, 'http'),
  isReady: (port) => isHealthyEtcd(`http://127.0.0.1:${port}`),
};

/** @param scheme what clients speak to it: `http` or `https` */
export function etcdArguments(
  { folder, ports: [port = 0, peerPort = 0] }: ServicePlace,
  scheme: string,
): readonly string[] {
  const url = `${scheme}://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return [
    '--data-dir',
    folder,
    '--log-level=error',
    // What was overwritten would be kept for ever.
    '--auto-compaction-retention=1',
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
export function isHealthyEtcd(url: string): Promise<boolean> {
  return directFetch(`${url}/health`, { tls: { rejectUnauthorized: false } }).then(
    async (answer) => ((await answer.json()) as { readonly health: unknown }).health === 'true',
    () => false,
  );
}
