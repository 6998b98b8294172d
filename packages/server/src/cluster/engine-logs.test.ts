import { expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineLogs } from './engine-logs.ts';

const newPath = (): string => join(mkdtempSync(join(tmpdir(), 'parley-engine-logs-')), 'redis.log');

/** A program that holds its log open, and says what it is told. */
function engineSaying(path: string) {
  const engine = Bun.spawn(
    ['sh', '-c', 'exec 3>>"$1"; while read -r line; do echo "$line" >&3; echo; done', 'sh', path],
    {
      stdin: 'pipe',
      stdout: 'pipe',
    },
  );
  const reader = engine.stdout.getReader();
  return {
    async says(line: string): Promise<void> {
      void engine.stdin.write(`${line}\n`);
      void engine.stdin.flush();
      await reader.read();
    },
    async end(): Promise<void> {
      await engine.stdin.end();
      await engine.exited;
    },
  };
}

test('a log that has become too large is emptied, and goes on from its beginning; the older half is kept once', async () => {
  const path = newPath();
  using logs = new EngineLogs({ bytesMax: 100 });
  logs.add(path);
  logs.look();
  const engine = engineSaying(path);
  await engine.says('x'.repeat(90));
  logs.look();
  expect(statSync(path).size).toBe(91);
  await engine.says('y'.repeat(90));
  logs.look();
  await engine.says('after');
  expect(readFileSync(path, 'utf8')).toBe('after\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe(`${'x'.repeat(90)}\n${'y'.repeat(90)}\n`);
  await engine.says('z'.repeat(200));
  logs.look();
  expect(readFileSync(`${path}.1`, 'utf8')).toBe(`after\n${'z'.repeat(200)}\n`);
  expect(statSync(path).size).toBe(0);
  await engine.end();
});

test('where the older half cannot be kept, the log is emptied all the same', async () => {
  const path = newPath();
  mkdirSync(`${path}.1`);
  using logs = new EngineLogs({ bytesMax: 10 });
  logs.add(path);
  const engine = engineSaying(path);
  await engine.says('more than ten bytes');
  logs.look();
  expect(statSync(path).size).toBe(0);
  await engine.end();
});
