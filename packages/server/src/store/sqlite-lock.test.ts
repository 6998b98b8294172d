import { expect, test } from 'bun:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteLock } from './sqlite-lock.ts';

const path = (): string => join(mkdtempSync(join(tmpdir(), 'parley-lock-')), 'parley.sqlite');

test('a store’s file has one server at a time', () => {
  const store = path();
  const first = SqliteLock.tryTake(store);
  expect(first).toBeDefined();
  expect(SqliteLock.tryTake(store)).toBeUndefined();
  first?.release();
  const next = SqliteLock.tryTake(store);
  expect(next).toBeDefined();
  next?.release();
});

test('a server that was killed holds nothing', async () => {
  const store = path();
  const script = `const { SqliteLock } = await import(${JSON.stringify(join(import.meta.dir, 'sqlite-lock.ts'))});
    globalThis.lock = SqliteLock.tryTake(${JSON.stringify(store)}); // Kept from being collected, which would let it go.
    if (globalThis.lock === undefined) process.exit(1);
    process.stdout.write('taken'); setInterval(() => {}, 1_000);`;
  const holder = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
  const { value } = await holder.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe('taken');
  expect(SqliteLock.tryTake(store)).toBeUndefined();
  holder.kill('SIGKILL');
  await holder.exited;
  const lock = SqliteLock.tryTake(store);
  expect(lock).toBeDefined();
  lock?.release();
});
