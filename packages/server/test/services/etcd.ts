import type { ServiceKind } from './service.ts';

/** One member that is its own cluster. */
export const etcdKind: ServiceKind = {
  name: 'etcd',
  package: 'etcd-server',
  portCount: 2,
  find: () => Bun.which('etcd') ?? undefined,
  arguments({ folder, ports: [port = 0, peerPort = 0] }) {
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    const url = `http://127.0.0.1:${port}`;
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
  },
  isReady: (port) =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      async (answer) => ((await answer.json()) as { readonly health: unknown }).health === 'true',
      () => false,
    ),
};
