import { mkdirSync } from 'node:fs';
import { open, mkdir, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ParleyError } from '@parley/protocol';
import type { Blob, StoredBlob } from './blob.ts';
import { openStored } from './stored-file.ts';

interface PutOptions {
  readonly type: string;
  readonly bytesMax: number;
  readonly signal?: AbortSignal;
}

const namePattern = /^[a-z0-9_-]{1,100}$/;
/** Older unfinished files are of a process that was killed. */
const abandonedAfterMs = 3_600_000;

/**
 * Files on the local disk. Each holds its type before its bytes, so that one rename replaces both: a byte with the type's
 * length, the type, the content.
 */
export class DiskBlob implements Blob {
  private readonly folder: string;
  private readonly unfinished: string;
  /** Resolves when what killed processes left is gone. */
  readonly removedAbandoned: Promise<void>;
  private isClosed = false;

  constructor(options: { readonly folder: string }) {
    this.folder = options.folder;
    this.unfinished = join(options.folder, 'unfinished');
    mkdirSync(this.unfinished, { recursive: true, mode: 0o700 });
    this.removedAbandoned = this.removeAbandoned();
  }

  async put(
    name: string,
    bytes: ReadableStream<Uint8Array> | Uint8Array,
    options: PutOptions,
  ): Promise<{ readonly size: number }> {
    const path = this.pathOf(name);
    if (bytes instanceof Uint8Array && bytes.length > options.bytesMax) throw tooLarge(options.bytesMax);
    const temporary = join(this.unfinished, crypto.randomUUID());
    try {
      const size = await writeDurably(temporary, bytes, options);
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await rename(temporary, path);
      await sync(join(path, '..'));
      return { size };
    } catch (error) {
      await rm(temporary, { force: true });
      throw wrapped(error, options.signal);
    }
  }

  async get(name: string): Promise<StoredBlob | undefined> {
    const path = this.pathOf(name);
    try {
      return await openStored(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw wrapped(error);
    }
  }

  async delete(name: string): Promise<void> {
    try {
      await rm(this.pathOf(name), { force: true });
    } catch (error) {
      throw wrapped(error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Names are letters, digits, - and _ only, so that none leads out of the folder. [B4] */
  private pathOf(name: string): string {
    if (this.isClosed) throw new ParleyError('unavailable', 'The files are closed.');
    if (!namePattern.test(name)) throw new ParleyError('invalid-params', 'That is no name of a file.');
    return join(this.folder, `files-${name.slice(0, 2)}`, name);
  }

  private async removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.unfinished).catch(() => [])) {
      const path = join(this.unfinished, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
    }
  }
}

async function writeDurably(
  path: string,
  bytes: ReadableStream<Uint8Array> | Uint8Array,
  options: PutOptions,
): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(headerOf(options.type));
    const size = await writeAll(file, bytes, options);
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

async function writeAll(
  file: FileHandle,
  bytes: ReadableStream<Uint8Array> | Uint8Array,
  options: PutOptions,
): Promise<number> {
  let size = 0;
  for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
    options.signal?.throwIfAborted();
    size += chunk.length;
    if (size > options.bytesMax) throw tooLarge(options.bytesMax);
    await file.writeFile(chunk);
  }
  options.signal?.throwIfAborted();
  return size;
}

function headerOf(type: string): Uint8Array {
  const text = new TextEncoder().encode(type);
  if (text.length > 255) throw new ParleyError('invalid-params', 'The type is longer than 255 bytes.');
  return Uint8Array.of(text.length, ...text);
}

/** Makes the rename itself survive a power loss. [B1] */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function tooLarge(bytesMax: number): ParleyError {
  return new ParleyError('frame-too-large', `A file may have at most ${bytesMax} bytes.`);
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === 'ENOENT';
}

function wrapped(error: unknown, signal?: AbortSignal): unknown {
  const isKnown = error instanceof ParleyError || signal?.aborted === true;
  return isKnown ? error : new ParleyError('unavailable', 'The file store cannot be used.', { cause: error });
}
