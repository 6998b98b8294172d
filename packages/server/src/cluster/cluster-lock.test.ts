import { expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { ClusterLock } from './cluster-lock.ts';
import { writeControlFile } from './control-file.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-cluster-lock-'));

test('of two on one folder the second one is told which process has it', () => {
  const folder = newFolder();
  const lock = ClusterLock.take(folder);
  expect(() => ClusterLock.take(folder)).toThrow(
    `A cluster runs on ${folder} already (process ${process.pid}). It is starting or ending.`,
  );
  writeControlFile(folder, { url: 'http://127.0.0.1:7090', token: 'x' });
  expect(() => ClusterLock.take(folder)).toThrow('http://127.0.0.1:7090/readyz shows it.');
  expect(ClusterLock.isHeld(folder)).toBe(true);
  lock.release();
  expect(ClusterLock.isHeld(folder)).toBe(false);
  ClusterLock.take(folder).release();
});

test('one that was killed holds nothing, and is not taken for who has it', async () => {
  const folder = newFolder();
  const script = `const { ClusterLock } = await import(${JSON.stringify(join(import.meta.dir, 'cluster-lock.ts'))});
    globalThis.lock = ClusterLock.take(${JSON.stringify(folder)});
    process.stdout.write('taken'); setInterval(() => {}, 1_000);`;
  const holder = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
  await holder.stdout.getReader().read();
  expect(() => ClusterLock.take(folder)).toThrow(`(process ${holder.pid})`);
  holder.kill('SIGKILL');
  await holder.exited;
  const lock = ClusterLock.take(folder);
  expect(() => ClusterLock.take(folder)).toThrow(`(process ${process.pid})`);
  lock.release();
});

test('a folder in which nothing can be made is named', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'up.lock'));
  expect(() => ClusterLock.take(folder)).toThrow(StartError);
});

test('who cannot be named as its holder does not keep it', () => {
  const folder = newFolder();
  const path = join(folder, 'up.pid');
  mkdirSync(path);
  expect(() => ClusterLock.take(folder)).toThrow(`${path} cannot be written`);
  rmdirSync(path);
  ClusterLock.take(folder).release();
});
