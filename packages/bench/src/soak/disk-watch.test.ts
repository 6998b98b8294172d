import { expect, test } from 'bun:test';
import { DiskWatch, temporaryDisk, type Disk } from './disk-watch.ts';

test('a page that takes long is a stretch, one that does not is none', async () => {
  let nowMs = 0;
  const lasted = [20, 3_000, 20];
  const { promise: isOver, resolve } = Promise.withResolvers<void>();
  const disk: Disk = {
    writePage: async () => {
      nowMs += lasted.shift() ?? 0;
      if (lasted.length === 0) resolve();
    },
    close: async () => undefined,
  };
  await using watch = new DiskWatch(disk, () => nowMs);
  await isOver;
  expect(watch.stretches).toEqual([{ fromMs: -230, toMs: 3_270 }]);
});

test('a real disk takes pages', async () => {
  const disk = await temporaryDisk();
  await disk.writePage();
  await disk.close();
  expect(disk.writePage()).rejects.toThrow();
});
