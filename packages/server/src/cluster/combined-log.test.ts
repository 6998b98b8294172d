import { expect, test } from 'bun:test';
import { appendFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CombinedLog, sentenceOf } from './combined-log.ts';

test('a line of the log is said in words: what, then the facts; of an error its message', () => {
  const facts = { level: 40, time: '2026-11-26T14:00:00Z', nodeId: 'logic-1', error: { message: 'gone', stack: 'at' } };
  expect(sentenceOf(JSON.stringify({ ...facts, msg: 'A node fails' }))).toBe(
    'warn  A node fails  nodeId=logic-1  error=gone',
  );
  expect(sentenceOf('no JSON')).toBe('no JSON');
});

test('every process is followed from where its log stood, over the change of its file, and named in one column', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'parley-log-')), 'parley.log');
  const said: string[] = [];
  writeFileSync(path, 'before\n');
  const log = new CombinedLog({ print: (line) => said.push(line), hasColour: false, width: 6 });
  log.follow('task-1', path);
  appendFileSync(path, 'one\ntw');
  log.look();
  appendFileSync(path, 'o\n');
  log.look();
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  log.look();
  log.say('api-1', 'is ready');
  log.close();
  expect(said).toEqual(['task-1 │ one', 'task-1 │ two', 'api-1  │ is ready', 'task-1 │ three']);
});
