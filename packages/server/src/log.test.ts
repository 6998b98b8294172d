import { expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import { openLog } from './log.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'parley-log-'));

test('a logged error keeps its message, stack and cause, under either name', () => {
  const dataDir = folder();
  const log = openLog({ to: 'file', level: 'info', dataDir });
  const error = new Error('outer', { cause: new Error('inner') });
  log.error({ error }, 'first');
  log.error({ err: error }, 'second');
  const lines = readFileSync(join(dataDir, 'parley.log'), 'utf8').trimEnd().split('\n');
  const [first, second] = lines.map(
    (line) => JSON.parse(line) as Record<'error' | 'err', { message: string; stack: string }>,
  );
  for (const logged of [first?.error, second?.err]) {
    expect(logged?.message).toContain('outer');
    expect(logged?.stack).toContain('log.test.ts');
    expect(logged?.stack).toContain('inner');
  }
});

test('line breaks in values forge no line', () => {
  const dataDir = folder();
  openLog({ to: 'file', level: 'info', dataDir }).warn(
    { name: 'eve\n{"level":30,"msg":"signed in"}\r\u2028' },
    'refused',
  );
  expect(readFileSync(join(dataDir, 'parley.log'), 'utf8').trimEnd().split(/\r|\n/)).toHaveLength(1);
});

test('a log file stays within its size, and only its owner reads it', () => {
  const path = join(folder(), 'parley.log');
  const file = new LogFile(path, 1_000);
  for (let line = 0; line < 500; line++) file.write(`${'x'.repeat(99)}\n`);
  expect(statSync(path).size).toBeLessThanOrEqual(1_100);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1_100);
  expect(existsSync(`${path}.2`)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that takes nothing fails nobody', () => {
  const file = new LogFile('/dev/full');
  file.write('lost\n');
  const gone = folder();
  const rotating = new LogFile(join(gone, 'parley.log'), 1);
  rotating.write('first\n');
  rmSync(gone, { recursive: true });
  rotating.write('second\n');
});
