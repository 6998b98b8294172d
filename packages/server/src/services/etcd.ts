import { directFetch } from '../direct-fetch.ts';
export { etcdUser } from './etcd-password.ts';
import { requireEtcdPassword } from './etcd-password.ts';
import type { ServiceKind, ServicePlace } from './service.ts';

/** One member that is its own cluster. */
export const etcdKind: ServiceKind = {
  name: 'etcd',
  package: 'etcd-server',
  portCount: 1,
  find: () => Bun.which('etcd') ?? undefined,
  arguments: (place) => etcdArguments(place, 'http'),
  isReady: (port) => isHealthyEtcd(`http://127.0.0.1:${port}`),
  settle: async ({ ports: [port = 0], secret }) => {
    if (secret !== undefined) await requireEtcdPassword(`http://127.0.0.1:${port}`, secret);
  },
};

/** There are none, so nobody has to find it there. */
const forOtherMembers = 'http://127.0.0.1:1';

/** @param scheme what clients speak to it: `http` or `https` */
export function etcdArguments({ folder, ports: [port = 0], secret }: ServicePlace, scheme: string): readonly string[] {
  const url = `${scheme}://127.0.0.1:${port}`;
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
    // A socket in its folder: other members are asked for no password.
    '--listen-peer-urls=unix://members:1',
    `--initial-advertise-peer-urls=${forOtherMembers}`,
    `--initial-cluster=default=${forOtherMembers}`,
    // Its password cannot be guessed, however quickly it is compared.
    ...(secret === undefined ? [] : ['--bcrypt-cost=4']),
  ];
}

/** Who asks only whether it is there does not care whose certificate it shows. */
export function isHealthyEtcd(url: string): Promise<boolean> {
  return directFetch(`${url}/health`, { tls: { rejectUnauthorized: false } }).then(
    async (answer) => ((await answer.json()) as { readonly health: unknown }).health === 'true',
    () => false,
  );
}
