import { expect, test } from 'bun:test';
import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { fingerprint, isStamped, writeStamp } from './stamp.mjs';

const files = { 'src/a.ts': 'one', 'src/deep/b.ts': 'two', 'bun.lock': 'three' };
const paths = ['src', 'bun.lock', 'not-there'];

test('a fingerprint changes with contents, names and facts', async () => {
  await using folder = await temporaryFolder(files);
  const before = fingerprint(folder.path, paths, ['1.4.5']);
  expect(fingerprint(folder.path, paths, ['1.4.6'])).not.toBe(before);
  await rename(join(folder.path, 'src/a.ts'), join(folder.path, 'src/c.ts'));
  expect(fingerprint(folder.path, paths, ['1.4.5'])).not.toBe(before);
  await rename(join(folder.path, 'src/c.ts'), join(folder.path, 'src/a.ts'));
  expect(fingerprint(folder.path, paths, ['1.4.5'])).toBe(before);
  await writeFile(join(folder.path, 'src/deep/b.ts'), 'changed');
  expect(fingerprint(folder.path, paths, ['1.4.5'])).not.toBe(before);
});

test('a fingerprint stays when only times, tests and built files change', async () => {
  await using folder = await temporaryFolder(files);
  const before = fingerprint(folder.path, paths);
  await utimes(join(folder.path, 'src/a.ts'), 1, 1);
  await using other = await temporaryFolder({
    ...files,
    'src/a.test.ts': '',
    'src/dist/x.js': '',
    'src/test/y.ts': '',
  });
  expect(fingerprint(folder.path, paths)).toBe(before);
  expect(fingerprint(other.path, paths)).toBe(before);
});

test('a stamp holds for exactly the key it was written with', async () => {
  await using folder = await temporaryFolder();
  const stamp = join(folder.path, 'state/page.stamp');
  expect(isStamped(stamp, 'key')).toBe(false);
  writeStamp(stamp, 'key');
  expect(isStamped(stamp, 'key')).toBe(true);
  expect(isStamped(stamp, 'other')).toBe(false);
});
