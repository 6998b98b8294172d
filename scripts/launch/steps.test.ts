import { describe, expect, test } from 'bun:test';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { isDone, perform, steps } from './steps.mjs';

const project = {
  'package.json': '{"workspaces":["packages/*"]}',
  'bun.lock': 'lock',
  'packages/server/package.json': '{}',
};

async function sceneWith(files: Record<string, string>) {
  const folder = await temporaryFolder({ ...project, ...files });
  const scene = {
    root: folder.path,
    state: join(folder.path, '.bun'),
    bun: { path: process.execPath, version: '1.4.5' },
  };
  return { ...scene, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

/** A step that makes its result like the real one, or fails, without the network. */
const pretend = (code: number) => ({
  ...steps.dependencies,
  run: async ({ root }: { root: string }) => {
    await mkdir(join(root, 'node_modules'), { recursive: true });
    await mkdir(join(root, 'packages/server/node_modules'), { recursive: true });
    return { code, output: 'error: ConnectionRefused downloading package manifest' };
  },
});

describe('dependencies', () => {
  test('are installed once, and again after the lock file changed', async () => {
    await using scene = await sceneWith({});
    expect(isDone(steps.dependencies, scene)).toBe(false);
    await perform(pretend(0), scene);
    expect(isDone(steps.dependencies, scene)).toBe(true);
    await writeFile(join(scene.root, 'bun.lock'), 'changed');
    expect(isDone(steps.dependencies, scene)).toBe(false);
  });

  test('are installed again after someone removed them', async () => {
    await using scene = await sceneWith({});
    await perform(pretend(0), scene);
    rmSync(join(scene.root, 'packages/server/node_modules'), { recursive: true });
    expect(isDone(steps.dependencies, scene)).toBe(false);
  });

  test('are not taken for installed after an attempt that failed', async () => {
    await using scene = await sceneWith({});
    await perform(pretend(0), scene);
    await expect(perform(pretend(1), scene)).rejects.toThrow('The npm registry could not be reached.');
    expect(isDone(steps.dependencies, scene)).toBe(false);
  });
});

describe('the page', () => {
  const builder = { 'packages/web/index.html': '<p>page</p>' };
  const manifest = (script: string) => ({
    ...builder,
    'packages/web/package.json': JSON.stringify({ scripts: { build: script } }),
  });

  test('needs nothing where there is no page', async () => {
    await using scene = await sceneWith({});
    expect(isDone(steps.page, scene)).toBe(true);
  });

  test('is built, and replaces the one before only when it is complete', async () => {
    const script = 'mkdir dist-next && cp index.html dist-next && echo';
    await using scene = await sceneWith({ ...manifest(script), 'packages/web/dist/old.html': '' });
    expect(isDone(steps.page, scene)).toBe(false);
    await perform(steps.page, scene);
    expect(isDone(steps.page, scene)).toBe(true);
    expect(existsSync(join(scene.root, 'packages/web/dist/old.html'))).toBe(false);
  });

  test('stays as it was when the new one fails', async () => {
    await using scene = await sceneWith({ ...manifest('exit 1; echo'), 'packages/web/dist/index.html': '' });
    await expect(perform(steps.page, scene)).rejects.toThrow('Building the page failed.');
    expect(existsSync(join(scene.root, 'packages/web/dist/index.html'))).toBe(true);
  });
});
