import { join } from 'node:path';
import { etcdArguments, etcdKind, isHealthyEtcd } from '../../src/services/etcd.ts';
import type { ServiceKind } from '../../src/services/service.ts';

export { etcdKind } from '../../src/services/etcd.ts';

/** One with a certificate it makes itself, which is at `certificateOf` its folder. */
export const etcdTlsKind: ServiceKind = {
  ...etcdKind,
  arguments: (place) => [...etcdArguments(place, 'https'), '--auto-tls'],
  isReady: (port) => isHealthyEtcd(`https://127.0.0.1:${port}`),
};

export function certificateOf(folder: string): string {
  return join(folder, 'fixtures/client/cert.pem');
}
