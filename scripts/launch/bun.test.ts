import { describe, expect, test } from 'bun:test';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { findBun, isCompatible, pinned, platformPackage, recallBun } from './bun.mjs';

/** Programs that answer like Bun would: on Unix a script is one. */
async function folderWithPrograms(programs: Record<string, string>) {
  const folder = await temporaryFolder(programs);
  await Promise.all(Object.keys(programs).map((name) => chmod(join(folder.path, name), 0o755)));
  return folder;
}

const answering = (version: string) => `#!/bin/sh\necho ${version}\n`;

describe('a version', () => {
  test('fits if it is the pinned one or a later patch of it', () => {
    const [major, minor, patch] = pinned.split('.').map(Number);
    expect(isCompatible(pinned)).toBe(true);
    expect(isCompatible(`${major}.${minor}.${patch + 1}`)).toBe(true);
    expect(isCompatible(`${major}.${minor}.${patch - 1}`)).toBe(false);
    expect(isCompatible(`${major}.${minor + 1}.0`)).toBe(false);
    expect(isCompatible(`${pinned}-canary.1`)).toBe(false);
    expect(isCompatible('')).toBe(false);
  });
});

test.each([
  ['@oven/bun-linux-x64', { platform: 'linux', arch: 'x64', isMusl: false }],
  ['@oven/bun-linux-aarch64-musl', { platform: 'linux', arch: 'arm64', isMusl: true }],
  ['@oven/bun-darwin-aarch64', { platform: 'darwin', arch: 'arm64', isMusl: false }],
  ['@oven/bun-windows-x64', { platform: 'win32', arch: 'x64', isMusl: false }],
])('%s is the package of its machine', (name, machine) => {
  expect(platformPackage(machine)).toBe(name);
});

describe.skipIf(process.platform === 'win32')('finding Bun', () => {
  test('takes the first on the search path that runs and fits', async () => {
    await using programs = await folderWithPrograms({
      'old/bun': answering('1.0.0'),
      'stub/bun': '#!/bin/sh\nexit 1\n',
      'good/bun': answering(pinned),
    });
    const searchPath = ['old', 'stub', 'missing', 'good'].map((name) => join(programs.path, name)).join(delimiter);
    expect(findBun(join(programs.path, 'state'), searchPath, [])?.path).toBe(join(programs.path, 'good/bun'));
  });

  test('finds the program inside the platform’s own package, where install scripts did not run', async () => {
    const [glibc, musl] = ['@oven/bun-linux-x64', '@oven/bun-linux-x64-musl'];
    await using state = await folderWithPrograms({
      [`node_modules/${glibc}/bin/bun`]: '#!/bin/sh\nexit 127\n',
      [`node_modules/${musl}/bin/bun`]: answering(pinned),
    });
    expect(findBun(state.path, '', [])?.path).toBe(join(state.path, 'node_modules', musl, 'bin/bun'));
  });

  test('finds nothing where nothing fits', async () => {
    await using state = await temporaryFolder();
    expect(findBun(state.path, '', [])).toBeNull();
  });

  test('is remembered until that file changes', async () => {
    await using programs = await folderWithPrograms({ bun: answering(pinned) });
    const state = join(programs.path, 'state');
    expect(recallBun(state)).toBeNull();
    const found = findBun(state, programs.path, []);
    expect(recallBun(state)).toEqual(found);
    await writeFile(join(programs.path, 'bun'), answering('1.0.0 '));
    expect(recallBun(state)).toBeNull();
  });
});
