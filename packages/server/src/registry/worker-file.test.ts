import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerFile } from './worker-file.ts';

test('D14 a folder’s high-water time is the latest of its files; one that is held, and a folder that is not there, say nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-workers-'));
  for (const [workerId, timeMs] of [5_000, 7_000, 6_000].entries()) {
    const file = WorkerFile.tryOpen(join(folder, `${workerId}.lease`));
    file?.report(timeMs);
    file?.close();
  }
  expect(WorkerFile.highWaterIn(folder)).toBe(7_000);
  const held = WorkerFile.tryOpen(join(folder, '1.lease'));
  expect(WorkerFile.highWaterIn(folder)).toBe(6_000);
  held?.close();
  expect(WorkerFile.highWaterIn(join(folder, 'none'))).toBe(0);
  rmSync(folder, { recursive: true });
});
