import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { keptSecret } from './kept-secret.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-secret-'));
const said: string[] = [];
const say = (name: string, text: string): void => void said.push(`${name} ${text}`);

test('a secret is made once, whole, and for its user only', () => {
  const folder = newFolder();
  const path = join(folder, 'secret');
  const secret = keptSecret(path, say);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(keptSecret(path, say)).toBe(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secret']);
  expect(said).toEqual([]);
});

test.each(['', '\n', 'a1', 'a1'.repeat(31), 'not hexadecimal'.repeat(5)])(
  'what is no secret is made anew, as a full disk left it: %p',
  (left) => {
    const path = join(newFolder(), 'secret');
    writeFileSync(path, left);
    writeFileSync(`${path}.begun`, 'interrupted here before');
    const secret = keptSecret(path, say);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(keptSecret(path, say)).toBe(secret);
    const old = `${path}.old`;
    const isKept = left.trim() !== '';
    expect(existsSync(old) && readFileSync(old, 'utf8')).toBe(isKept && left);
    expect(said.some((line) => line.startsWith('secret ') && line.endsWith(old))).toBe(isKept);
  },
);

test('one that cannot be kept is an error that names the file', () => {
  const folder = newFolder();
  const path = join(folder, 'missing', 'secret');
  expect(() => keptSecret(path, say)).toThrow(StartError);
  expect(() => keptSecret(path, say)).toThrow(`${path} cannot be written`);
  mkdirSync(join(folder, 'missing'));
  expect(keptSecret(path, say)).toHaveLength(64);
});

test('one that cannot be read is an error that names the file, and nothing is made', () => {
  const folder = newFolder();
  const path = join(folder, 'secret');
  mkdirSync(path);
  expect(() => keptSecret(path, say)).toThrow(StartError);
  expect(() => keptSecret(path, say)).toThrow(`${path} cannot be read`);
  expect(readdirSync(folder)).toEqual(['secret']);
});
