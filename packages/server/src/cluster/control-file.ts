import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How commands on this machine reach the cluster that runs on this data; only its user can read it. */
export interface ControlAddress {
  readonly url: string;
  readonly token: string;
}

const fileIn = (folder: string): string => join(folder, 'control.json');

export function writeControlFile(folder: string, address: ControlAddress): void {
  writeFileSync(fileIn(folder), JSON.stringify(address), { mode: 0o600 });
}

/** Undefined: none was left there. */
export function readControlFile(folder: string): ControlAddress | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as ControlAddress;
  } catch {
    return undefined;
  }
}

export function removeControlFile(folder: string): void {
  rmSync(fileIn(folder), { force: true });
}
