import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patternsOf } from './find-patterns.ts';
import { slowParts } from './slow-parts.ts';

const root = join(import.meta.dir, '../..');
const files = [...new Bun.Glob('packages/{protocol,server,sdk,web}/src/**/*.{ts,tsx}').scanSync({ cwd: root })].filter(
  (path) => !/\.(test|conformance)\.tsx?$/.test(path),
);

/** Patterns that are not linear by their look, and why they do no harm. */
const harmless: Readonly<Record<string, string>> = {};

test.each([
  ['(a+)+$', ''],
  ['(?:a*)*b', ''],
  ['^(?:\\p{Emoji}|\\p{Emoji_Component})+$', 'u'],
  ['^(a|a)*$', ''],
  ['^(?:ab|a)+$', ''],
  ['\\s+$', ''],
  ['^.*.*$', ''],
  ['^\\d+\\d+x', ''],
  ['^\\w*\\d?\\w*$', ''],
  ['^([a-z]+,?)+$', ''],
])('%s with the flags “%s” is found to be slow', (source, flags) => {
  expect(slowParts(source, flags)).not.toEqual([]);
});

test.each([
  ['^[a-z]+$', ''],
  ['^(?:,[a-z]+)*$', ''],
  ['^(?:a|b)+$', ''],
  ['^[\\p{Emoji}\\p{Emoji_Component}]+$', 'u'],
  ['^\\d+-\\d+$', ''],
  ['[a-z]', 'g'],
  ['\\(\\?:\\)*', ''],
  ['^https?:\\/\\/(?:localhost|127\\.0\\.0\\.1)(?::\\d{1,5})?$', ''],
])('%s with the flags “%s” is not', (source, flags) => {
  expect(slowParts(source, flags)).toEqual([]);
});

test('every pattern in the sources takes linear time, or it is said why it does no harm', () => {
  const slow: string[] = [];
  let count = 0;
  for (const path of files)
    for (const { source, flags, line } of patternsOf(path, readFileSync(join(root, path), 'utf8'))) {
      count++;
      if (harmless[source] !== undefined) continue;
      for (const part of slowParts(source, flags)) slow.push(`${path}:${line} /${source}/${flags}: ${part}`);
    }
  expect(count).toBeGreaterThan(40);
  expect(slow).toEqual([]);
});
