import { expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { keptSecret } from './kept-secret.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-secret-'));

test('a secret is made once, whole, and for its user only', () => {
  const folder = newFolder();
  const path = join(folder, 'secret');
  const secret = keptSecret(path);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(keptSecret(path)).toBe(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secret']);
});

test.each(['', '\n', 'a1', 'a1'.repeat(31), 'not hexadecimal'.repeat(5)])(
  'what is no secret is made anew, as a full disk left it: %p',
  (left) => {
    const path = join(newFolder(), 'secret');
    writeFileSync(path, left);
    writeFileSync(`${path}.begun`, 'interrupted here before');
    const secret = keptSecret(path);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(keptSecret(path)).toBe(secret);
  },
);

test('one that cannot be kept is an error that names the file', () => {
  const folder = newFolder();
  const path = join(folder, 'missing', 'secret');
  expect(() => keptSecret(path)).toThrow(StartError);
  expect(() => keptSecret(path)).toThrow(`${path} cannot be written`);
  mkdirSync(join(folder, 'missing'));
  expect(keptSecret(path)).toHaveLength(64);
});
