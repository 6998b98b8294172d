import { expect, test } from 'bun:test';
import type { Failure } from './failures.ts';
import { tryAgain, worthASecondTry, type SuiteResult } from './second-try.ts';

const unit: Failure = { file: 'packages/sdk/src/a.test.ts', test: 'of a unit' };
const browser: Failure = { file: 'packages/web/test/b.browser.test.ts', test: 'in a browser' };
const passes: SuiteResult = { tally: { passed: 4, failed: 0, skipped: 0 }, failures: [] };
const fails: SuiteResult = { tally: { passed: 3, failed: 1, skipped: 0 }, failures: [browser] };

test('units have no second try, and nothing has when much failed', () => {
  expect(worthASecondTry([unit, browser, browser])).toEqual([browser.file]);
  const many = ['a', 'b', 'c', 'd'].map((name) => ({ file: `packages/web/test/${name}.test.ts`, test: name }));
  expect(worthASecondTry(many)).toEqual([]);
});

test('what passes at the second try counts as passed, and is named', async () => {
  const first = { tally: { passed: 10, failed: 2, skipped: 0 }, failures: [unit, browser] };
  expect(await tryAgain(first, () => Promise.resolve(passes))).toEqual({
    tally: { passed: 11, failed: 1, skipped: 0 },
    failed: [unit],
    passedLater: [browser],
  });
});

test('what fails again has failed', async () => {
  const first = { tally: { passed: 10, failed: 1, skipped: 0 }, failures: [browser] };
  expect(await tryAgain(first, () => Promise.resolve(fails))).toEqual({
    tally: first.tally,
    failed: [browser],
    passedLater: [],
  });
});

test('a second try that runs no test proves nothing', async () => {
  const first = { tally: { passed: 10, failed: 1, skipped: 0 }, failures: [browser] };
  const nothing = { tally: { passed: 0, failed: 0, skipped: 1 }, failures: [] };
  expect((await tryAgain(first, () => Promise.resolve(nothing))).failed).toEqual([browser]);
});
