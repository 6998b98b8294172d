import { ParleyError } from '@parley/protocol';
import { chmod, mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { KeyValueStorage } from './contract.ts';
import { codeOf, FileLock } from './file-lock.ts';
import { decodeLog, encodeLog, encodeRecord } from './file-log.ts';

/** A file smaller than this is never rewritten for its size. */
const rewriteFromBytes = 65_536;
/** A file grows to this many times what it holds before it is rewritten. */
const rewriteRatio = 3;

/** A storage on disk, until it is closed. */
export interface FileStorage extends KeyValueStorage, AsyncDisposable {
  /** Waits for what was asked before, and lets others have the file. */
  close(): Promise<void>;
}

/**
 * Kept in a file, for its owner only: each write is on the disk before it resolves, and several at once share one flush. What a
 * crash cut off at the end was never promised and is forgotten. One process at a time.
 *
 * @throws ParleyError `unavailable` while another process has it
 * @example
 * const chat = createClient({ url, storage: await openFileStorage('bot.parley') });
 */
export async function openFileStorage(path: string): Promise<FileStorage> {
  const file = resolve(path);
  await mkdir(dirname(file), { recursive: true });
  const lock = await FileLock.take(`${file}.lock`);
  try {
    return await LoggedStorage.open(file, lock);
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

interface Write {
  readonly record: string;
  readonly done: PromiseWithResolvers<void>;
}

/** A log of records, the last one of a key counts; rewritten when most of it is past. */
class LoggedStorage implements FileStorage {
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #values: Map<string, string>;
  #handle: FileHandle;
  #bytes: number;
  /** Its end is in doubt, or it is new: the next write makes it anew. */
  #mustRewrite: boolean;
  #waiting: Write[] = [];
  #flushing: Promise<void> | undefined;
  #isClosed = false;

  static async open(path: string, lock: FileLock): Promise<LoggedStorage> {
    const handle = await open(path, 'a', 0o600);
    await chmod(path, 0o600);
    return new LoggedStorage(path, lock, { handle, text: await readFile(path, 'utf8') });
  }

  private constructor(path: string, lock: FileLock, file: { readonly handle: FileHandle; readonly text: string }) {
    const { values, isWhole } = decodeLog(file.text);
    this.#path = path;
    this.#lock = lock;
    this.#handle = file.handle;
    this.#values = values;
    this.#bytes = Buffer.byteLength(file.text);
    this.#mustRewrite = !isWhole || file.text === '';
  }

  async get(key: string): Promise<string | undefined> {
    this.#requireOpen();
    return this.#values.get(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.#write(encodeRecord(key, value), () => this.#values.set(key, value));
  }

  delete(key: string): Promise<void> {
    return this.#write(encodeRecord(key), () => this.#values.delete(key));
  }

  async keys(prefix: string): Promise<readonly string[]> {
    this.#requireOpen();
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#flushing;
    await this.#handle.close();
    await this.#lock[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #write(record: string, apply: () => void): Promise<void> {
    this.#requireOpen();
    apply();
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ record, done });
    this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    await done.promise;
  }

  /** Not in the turn of the first write: what comes along with it shares its flush. */
  async #flush(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const writes = this.#waiting.splice(0);
      try {
        await this.#put(writes.map((write) => write.record).join(''));
        for (const { done } of writes) done.resolve();
      } catch (error) {
        this.#mustRewrite = true;
        for (const { done } of writes) done.reject(error);
      }
    }
  }

  async #put(records: string): Promise<void> {
    const bytes = this.#bytes + Buffer.byteLength(records);
    if (this.#mustRewrite || bytes > rewriteFromBytes) {
      const whole = encodeLog(this.#values);
      if (this.#mustRewrite || bytes > rewriteRatio * Buffer.byteLength(whole)) return this.#rewrite(whole);
    }
    await this.#handle.appendFile(records);
    await this.#handle.datasync();
    this.#bytes = bytes;
  }

  /** Beside the old one, which stays until the new one is whole. */
  async #rewrite(whole: string): Promise<void> {
    const handle = await open(`${this.#path}.new`, 'w', 0o600);
    try {
      await handle.writeFile(whole);
      await handle.sync();
      await rename(`${this.#path}.new`, this.#path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    const before = this.#handle;
    this.#handle = handle;
    this.#bytes = Buffer.byteLength(whole);
    this.#mustRewrite = false;
    await before.close();
    await syncFolder(dirname(this.#path));
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new ParleyError('unavailable', 'The file was closed.');
  }
}

/** So that the new name survives a power loss. */
async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r');
    await folder.sync();
  } catch (error) {
    // Not every system lets folders be opened; there the name is safe by itself.
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL'].includes(String(codeOf(error)))) throw error;
  }
}
