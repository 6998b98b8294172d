import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where commands on this machine find the address of a cluster's private store while it runs; only its user can read it. */
const storeUrlPath = (folder: string): string => join(folder, 'store-url');

export function writeStoreUrl(folder: string, storeUrl: string): void {
  writeFileSync(storeUrlPath(folder), storeUrl, { mode: 0o600 });
}

/** Undefined: there is none. What a cluster that was killed left is one, so ask whether one runs. */
export function readStoreUrl(folder: string): string | undefined {
  try {
    return readFileSync(storeUrlPath(folder), 'utf8') || undefined;
  } catch {
    return undefined;
  }
}

export function removeStoreUrl(folder: string): void {
  rmSync(storeUrlPath(folder), { force: true });
}
