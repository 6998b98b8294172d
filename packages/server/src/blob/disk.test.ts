import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobConformance } from './blob.conformance.ts';
import { DiskBlob } from './disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-blob-'));
afterAll(() => rmSync(folder, { recursive: true }));

blobConformance('disk', { open: async (place) => new DiskBlob({ folder: join(folder, place) }) });

test('B2 a refused put leaves no unfinished file, and one of a killed process is removed later', async () => {
  const place = join(folder, 'unfinished');
  const blob = new DiskBlob({ folder: place });
  await blob.put('big', new Response('12345').body!, { type: 'text/plain', bytesMax: 4 }).catch(() => undefined);
  expect(readdirSync(join(place, 'unfinished'))).toEqual([]);
  const left = join(place, 'unfinished', 'left');
  writeFileSync(left, 'half');
  utimesSync(left, 1_000, 1_000);
  const later = new DiskBlob({ folder: place });
  await later.removedAbandoned;
  expect(readdirSync(join(place, 'unfinished'))).toEqual([]);
});
