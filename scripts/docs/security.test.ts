import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dir, '../..');
const tests = ['packages/*/src', 'packages/*/test', 'scripts'].flatMap((folder) => [
  ...new Bun.Glob(`${folder}/**/*.test.{ts,tsx}`).scanSync({ cwd: root }),
]);

/** The last column of every table: threat, rule, what is done, and what shows it. */
function shownBy(document: string): readonly (readonly [threat: string, filters: readonly string[]])[] {
  return document
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (?:Threat|-)/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
    .map(([threat = '', , , shown = '']) => [threat, filtersIn(shown)]);
}

/** What can be given to `npm test --`; the rest are commands, settings and what a case is about. */
const filtersIn = (cell: string): string[] =>
  [...cell.matchAll(/`([a-z][\w./-]*)`/g)]
    .map(([, filter = '']) => filter)
    .filter((filter) => !/^(?:null|https?|mailto|openapi)$/.test(filter));

test('every row of docs/security.md names a test that is there', () => {
  const rows = shownBy(readFileSync(join(root, 'docs/security.md'), 'utf8'));
  expect(rows.length).toBeGreaterThan(25);
  for (const [threat, filters] of rows) {
    const missing = filters.filter((filter) => !tests.some((path) => path.includes(filter)));
    expect([threat, filters.length > 0, missing]).toEqual([threat, true, []]);
  }
});
