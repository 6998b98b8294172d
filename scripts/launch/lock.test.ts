import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { withLock } from './lock.mjs';

const pace = { beatMs: 5, staleMs: 200, pollMs: 1, onWait: () => {} };

test('only one at a time is inside', async () => {
  await using folder = await temporaryFolder();
  let inside = 0;
  const most = await Promise.all(
    Array.from({ length: 8 }, () =>
      withLock(
        folder.path,
        async () => {
          inside += 1;
          await Bun.sleep(1);
          return inside--;
        },
        pace,
      ),
    ),
  );
  expect(most).toEqual(Array.from({ length: 8 }, () => 1));
  expect(existsSync(join(folder.path, 'lock'))).toBe(false);
});

test('the lock is given back when the work fails', async () => {
  await using folder = await temporaryFolder();
  const failing = withLock(folder.path, () => Promise.reject(new Error('no')), pace);
  await expect(failing).rejects.toThrow('no');
  expect(await withLock(folder.path, async () => 'next', pace)).toBe('next');
});

test('a lock whose holder died is broken, by exactly one of those who wait', async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, 'lock');
  mkdirSync(lock);
  utimesSync(lock, 1, 1);
  let inside = 0;
  const work = async () => {
    inside += 1;
    await Bun.sleep(1);
    return inside--;
  };
  const results = await Promise.all(Array.from({ length: 4 }, () => withLock(folder.path, work, pace)));
  expect(results).toEqual([1, 1, 1, 1]);
});

test('those who wait are told once', async () => {
  await using folder = await temporaryFolder();
  const release = Promise.withResolvers<void>();
  const first = withLock(folder.path, () => release.promise, pace);
  const waiting = Promise.withResolvers<void>();
  const second = withLock(folder.path, async () => 'second', { ...pace, onWait: waiting.resolve });
  await waiting.promise;
  release.resolve();
  await first;
  expect(await second).toBe('second');
});
