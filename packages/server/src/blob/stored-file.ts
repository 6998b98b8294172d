import { open, type FileHandle } from 'node:fs/promises';
import { ParleyError } from '@parley/protocol';
import type { StoredBlob } from './blob.ts';

interface Head {
  readonly type: string;
  /** Where the content begins. */
  readonly start: number;
  readonly size: number;
  readonly inode: number;
}

const chunkBytes = 65_536;

/** Reads what stands before the content; the content itself is opened when somebody reads it. */
export async function openStored(path: string): Promise<StoredBlob> {
  const file = await open(path, 'r');
  try {
    const head = await readHead(file);
    return { type: head.type, size: head.size, stream: () => streamOf(path, head) };
  } finally {
    await file.close();
  }
}

async function readHead(file: FileHandle): Promise<Head> {
  const { size, ino } = await file.stat();
  const bytes = new Uint8Array(256);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  const start = 1 + (bytes[0] ?? 0);
  if (bytesRead < start) throw new ParleyError('unavailable', 'The file is damaged.');
  return { type: new TextDecoder().decode(bytes.subarray(1, start)), start, size: size - start, inode: ino };
}

function streamOf(path: string, head: Head): ReadableStream<Uint8Array> {
  let file: FileHandle | undefined;
  let position = head.start;
  return new ReadableStream<Uint8Array>({
    type: 'bytes',
    async start() {
      file = await openSame(path, head.inode);
    },
    async pull(controller) {
      const { bytesRead, buffer } = await (file as FileHandle).read(
        new Uint8Array(chunkBytes),
        0,
        chunkBytes,
        position,
      );
      position += bytesRead;
      if (bytesRead > 0) {
        controller.enqueue(buffer.subarray(0, bytesRead));
        return;
      }
      await file?.close();
      controller.close();
    },
    cancel: async () => await file?.close(),
  });
}

/** A file that was replaced since would have another size and type than was told. [B2] */
async function openSame(path: string, inode: number): Promise<FileHandle> {
  const file = await open(path, 'r');
  if ((await file.stat()).ino === inode) return file;
  await file.close();
  throw new ParleyError('unavailable', 'The file was replaced meanwhile.');
}
