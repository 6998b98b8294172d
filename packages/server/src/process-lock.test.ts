import { expect, test } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessLock } from './process-lock.ts';

const path = (): string => join(mkdtempSync(join(tmpdir(), 'parley-lock-')), 'parley.lock');

test('a lock has one holder at a time', () => {
  const lockPath = path();
  const first = ProcessLock.tryTake(lockPath);
  expect(first).toBeDefined();
  expect(ProcessLock.tryTake(lockPath)).toBeUndefined();
  first?.release();
  const next = ProcessLock.tryTake(lockPath);
  expect(next).toBeDefined();
  next?.release();
});

test('a process that was killed holds nothing', async () => {
  const lockPath = path();
  const script = `const { ProcessLock } = await import(${JSON.stringify(join(import.meta.dir, 'process-lock.ts'))});
    globalThis.lock = ProcessLock.tryTake(${JSON.stringify(lockPath)}); // Kept from being collected, which would let it go.
    if (globalThis.lock === undefined) process.exit(1);
    process.stdout.write('taken'); setInterval(() => {}, 1_000);`;
  const holder = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
  const { value } = await holder.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe('taken');
  expect(ProcessLock.tryTake(lockPath)).toBeUndefined();
  holder.kill('SIGKILL');
  await holder.exited;
  const lock = ProcessLock.tryTake(lockPath);
  expect(lock).toBeDefined();
  lock?.release();
});
