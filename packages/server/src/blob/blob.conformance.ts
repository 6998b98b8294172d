import { afterEach, describe, expect, test } from 'bun:test';
import type { Blob } from './blob.ts';

export interface BlobHarness {
  /** The files at a place; the same place after a close holds what was put there. */
  open(place: string): Promise<Blob>;
}

/** The rules of `blob.ts`. An adapter's test calls this once. */
export function blobConformance(name: string, harness: BlobHarness): void {
  const opened: Blob[] = [];
  const open = async (place: string): Promise<Blob> => {
    const blob = await harness.open(place);
    opened.push(blob);
    return blob;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((blob) => blob.close()));
  });

  describe(`blob: ${name}`, () => {
    test('B1 what was put is got again, bytes and type, also after a restart', async () => {
      const blob = await open('b1');
      const bytes = crypto.getRandomValues(new Uint8Array(60_000));
      expect(await blob.put('picture', bytes, png)).toEqual({ size: bytes.length });
      expect(await read(blob, 'picture')).toEqual({ type: 'image/png', size: bytes.length, bytes });
      await blob.close();
      expect(await read(await open('b1'), 'picture')).toEqual({ type: 'image/png', size: bytes.length, bytes });
    });

    test('B1 a stream is stored chunk by chunk, and an empty file is a file', async () => {
      const blob = await open('b1-stream');
      const chunks = Array.from({ length: 40 }, (_, index) => new Uint8Array(5_000).fill(index));
      expect(await blob.put('stream', streamOf(chunks), png)).toEqual({ size: 200_000 });
      expect((await read(blob, 'stream'))?.bytes).toEqual(new Uint8Array(Buffer.concat(chunks)));
      expect(await blob.put('empty', new Uint8Array(), png)).toEqual({ size: 0 });
      expect(await read(blob, 'empty')).toEqual({ type: 'image/png', size: 0, bytes: new Uint8Array() });
    });

    test('B2 a failed or aborted put leaves the old file as it was', async () => {
      const blob = await open('b2');
      await blob.put('file', new Uint8Array([1, 2, 3]), png);
      const failing = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Error('cut')),
      });
      expect(await codeOf(blob.put('file', failing, png))).not.toBe('resolved');
      const abort = AbortSignal.abort();
      expect(await codeOf(blob.put('file', new Uint8Array([4]), { ...png, signal: abort }))).not.toBe('resolved');
      expect((await read(blob, 'file'))?.bytes).toEqual(new Uint8Array([1, 2, 3]));
      expect(await codeOf(blob.put('new', new Uint8Array([4]), { ...png, signal: abort }))).not.toBe('resolved');
      expect(await blob.get('new')).toBeUndefined();
    });

    test('B2 readers see the old file or the new one while it is replaced', async () => {
      const blob = await open('b2-race');
      const versions: Uint8Array[] = [1, 2, 3, 4].map((fill) => new Uint8Array(fill * 10_000).fill(fill));
      await blob.put('file', versions[0]!, png);
      const puts = versions.map((bytes) => blob.put('file', bytes, png));
      for (let round = 0; round < 20; round++) {
        const found = await read(blob, 'file').catch(() => undefined);
        if (found !== undefined) expect(versions).toContainEqual(found.bytes);
      }
      await Promise.all(puts);
    });

    test('B3 an unknown name is undefined, and deleting one does nothing', async () => {
      const blob = await open('b3');
      expect(await blob.get('unknown')).toBeUndefined();
      await blob.delete('unknown');
      await blob.put('known', new Uint8Array([1]), png);
      await blob.delete('known');
      expect(await blob.get('known')).toBeUndefined();
    });

    test('B4 a name that could lead elsewhere is refused before anything is touched', async () => {
      const blob = await open('b4');
      for (const bad of ['', '.', '..', '../x', 'a/b', 'a\\b', 'A', 'a.png', 'ä', 'a\0', 'a b', 'x'.repeat(101)]) {
        expect(await codeOf(blob.put(bad, new Uint8Array([1]), png))).toBe('invalid-params');
        expect(await codeOf(blob.get(bad))).toBe('invalid-params');
        expect(await codeOf(blob.delete(bad))).toBe('invalid-params');
      }
      const longest = `-_${'9'.repeat(98)}`;
      await blob.put(longest, new Uint8Array([1]), png);
      expect((await read(blob, longest))?.size).toBe(1);
    });

    test('B5 more than the maximum is refused, and nothing is kept', async () => {
      const blob = await open('b5');
      const options = { type: 'text/plain', bytesMax: 10 };
      expect(await codeOf(blob.put('big', new Uint8Array(11), options))).toBe('frame-too-large');
      expect(await codeOf(blob.put('big', streamOf([new Uint8Array(6), new Uint8Array(5)]), options))).toBe(
        'frame-too-large',
      );
      expect(await blob.get('big')).toBeUndefined();
      expect(await blob.put('fits', new Uint8Array(10), options)).toEqual({ size: 10 });
    });

    test('B6 calls after close reject with unavailable', async () => {
      const blob = await open('b6');
      await blob.close();
      await blob.close();
      expect(await codeOf(blob.put('name', new Uint8Array([1]), png))).toBe('unavailable');
      expect(await codeOf(blob.get('name'))).toBe('unavailable');
      expect(await codeOf(blob.delete('name'))).toBe('unavailable');
    });
  });
}

const png = { type: 'image/png', bytesMax: 1_000_000 } as const;

async function read(blob: Blob, name: string): Promise<{ type: string; size: number; bytes: Uint8Array } | undefined> {
  const stored = await blob.get(name);
  if (stored === undefined) return undefined;
  const bytes = new Uint8Array(await new Response(stored.stream()).arrayBuffer());
  return { type: stored.type, size: stored.size, bytes };
}

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'resolved',
    (error: { code?: string }) => error.code ?? 'other',
  );
}
