import { accessSync, constants, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { spelling } from './config/config.ts';
import { reasonOf, StartError } from './start-error.ts';

/** Makes a folder that only this user may read, if it is not there. @throws StartError when it cannot be made or written. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new StartError(
      `The folder ${resolve(path)} cannot be written: ${reasonOf(cause)}. Give this user the folder, or choose another data_dir (${spelling.environment('dataDir')}).`,
      { cause },
    );
  }
}
