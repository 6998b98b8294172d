import { readdirSync } from 'node:fs';

/** Of all processes of this machine. Those that end meanwhile are no error, as they are where their folders are opened. */
export function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
