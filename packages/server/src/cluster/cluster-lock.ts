import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessLock } from '../process-lock.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { readControlFile } from './control-file.ts';

/** Says that one `parley up --cluster` works on a folder, from before it looks for what another left there until it ends, however it ends. */
export class ClusterLock {
  private readonly lock: ProcessLock;
  private readonly holderPath: string;

  /** @throws StartError naming the process that has it. */
  static take(folder: string): ClusterLock {
    const lock = tryTake(folder);
    if (lock === undefined) throw new StartError(refusal(folder));
    const holderPath = holderPathIn(folder);
    try {
      writeFileSync(holderPath, String(process.pid), { mode: 0o600 });
    } catch (cause) {
      lock.release();
      throw unwritable(holderPath, cause);
    }
    return new ClusterLock(lock, holderPath);
  }

  /** Whether a cluster runs on this folder, which may not be there. @throws StartError when that cannot be known. */
  static isHeld(folder: string): boolean {
    if (!existsSync(lockPathIn(folder))) return false;
    const lock = tryTake(folder);
    lock?.release();
    return lock === undefined;
  }

  private constructor(lock: ProcessLock, holderPath: string) {
    this.lock = lock;
    this.holderPath = holderPath;
  }

  release(): void {
    rmSync(this.holderPath, { force: true });
    this.lock.release();
  }
}

const lockPathIn = (folder: string): string => join(folder, 'up.lock');
const holderPathIn = (folder: string): string => join(folder, 'up.pid');

function tryTake(folder: string): ProcessLock | undefined {
  const path = lockPathIn(folder);
  try {
    return ProcessLock.tryTake(path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): StartError {
  return new StartError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
}

function refusal(folder: string): string {
  const path = holderPathIn(folder);
  const holder = existsSync(path) ? ` (process ${readFileSync(path, 'utf8')})` : '';
  const address = readControlFile(folder);
  const shown = address === undefined ? 'It is starting or ending.' : `${address.url}/readyz shows it.`;
  return `A cluster runs on ${folder} already${holder}. ${shown} Stop it, or choose another data_dir.`;
}
