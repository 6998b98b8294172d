import { ParleyError } from '@parley/protocol';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** Others that end or begin at the same moment; each costs one more look. */
const attemptsMax = 10;
/** Held by this thread; where nobody tells when a process began, the lock file does not say so. */
const held = new Set<string>();

/**
 * Says that one process works on a file, until it releases it or ends: what a dead one left is taken over.
 * A small file with the process's number and the time it began, so that another one of the same number is not taken for it.
 */
export class FileLock implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws ParleyError `unavailable` while another process has it */
  static async take(path: string): Promise<FileLock> {
    if (held.has(path)) throw inUse(path, process.pid);
    held.add(path);
    try {
      await claim(path);
      return new FileLock(path);
    } catch (error) {
      held.delete(path);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { force: true });
    held.delete(this.#path);
  }
}

async function claim(path: string): Promise<void> {
  const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(own, `${process.pid} ${await beganAt(process.pid)}`, { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (await linked(own, path)) return;
      await removeIfDead(path, `${own}.left`);
    }
    throw new ParleyError('unavailable', `The lock ${path} could not be taken.`);
  } finally {
    await rm(own, { force: true });
  }
}

/** Whole or not at all, unlike writing the file in its place. */
async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfDead(path: string, aside: string): Promise<void> {
  const text = await textOf(path);
  if (text === undefined) return;
  const [number, began = ''] = text.split(' ');
  const pid = Number(number);
  if (await isAlive(pid, began)) throw inUse(path, pid);
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  // Somebody was faster, and this is theirs.
  if ((await textOf(aside)) !== text) await linked(aside, path);
  await rm(aside, { force: true });
}

async function isAlive(pid: number, began: string): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
  const now = await beganAt(pid);
  // Nobody tells: of our own number it was an earlier process.
  if (began === '' || now === '') return pid !== process.pid;
  return began === now;
}

/** In clock ticks since the machine started; empty where the system does not tell. */
async function beganAt(pid: number): Promise<string> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The name before it is in brackets and may contain anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function inUse(path: string, pid: number): ParleyError {
  return new ParleyError('unavailable', `${path.replace(/\.lock$/, '')} is in use by process ${pid}.`);
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
