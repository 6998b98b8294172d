import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The most that is kept in memory; more goes to a file of the temporary folder. */
const memoryBytesMax = 1_048_576;

/** All bytes of a stream, with their number, as somebody needs who has to say it before the first of them. */
export class GatheredBytes implements AsyncDisposable {
  private chunks: Uint8Array[] = [];
  private file: FileHandle | undefined;
  private path = '';
  size = 0;

  async add(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length;
    if (this.file !== undefined) return this.file.writeFile(chunk);
    this.chunks.push(chunk);
    if (this.size > memoryBytesMax) await this.spill();
  }

  get body(): Blob {
    return this.file === undefined ? new Blob(this.chunks as BlobPart[]) : Bun.file(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.chunks = [];
    await this.file?.close();
    if (this.file !== undefined) await rm(this.path, { force: true });
  }

  private async spill(): Promise<void> {
    this.path = join(tmpdir(), `parley-upload-${process.pid}-${crypto.randomUUID()}`);
    this.file = await open(this.path, 'wx', 0o600);
    for (const chunk of this.chunks) await this.file.writeFile(chunk);
    this.chunks = [];
  }
}
