import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where commands on this machine find the address of a cluster's private store while it runs; only its user can read it. */
export function storeUrlPath(folder: string): string {
  return join(folder, 'store-url');
}

export function writeStoreUrl(folder: string, storeUrl: string): void {
  writeFileSync(storeUrlPath(folder), storeUrl, { mode: 0o600 });
}

export function removeStoreUrl(folder: string): void {
  rmSync(storeUrlPath(folder), { force: true });
}
