import { expect, test } from 'bun:test';
import { resultOf } from './run-suite.ts';
import { tryAgain } from './second-try.ts';

const file = 'packages/web/test/b.browser.test.ts';
const begun = `\n${file}:\n(pass) passes\n(fail) in a browser\n`;
const whole = `${begun}\n 1 pass\n 1 fail\nRan 2 tests across 1 file. [1.00s]\n`;
const passes = () => Promise.resolve({ tally: { passed: 2, failed: 0, skipped: 0 }, failures: [] });

test('a run that ended early has failed, also when what failed in it passes at a second try', async () => {
  const first = resultOf({ name: 'web' }, begun, 139);
  expect(first.failures.map(({ test }) => test)).toEqual(['in a browser', 'the run ended early, with exit code 139']);
  expect(first.tally.failed).toBe(2);
  const { tally, failed } = await tryAgain(first, passes);
  expect(tally.failed).toBe(1);
  expect(failed).toEqual([{ file: 'web', test: 'the run ended early, with exit code 139' }]);
});

test('a run that ended has failed as often as its tests', () => {
  expect(resultOf({ name: 'web' }, whole, 1)).toEqual({
    tally: { passed: 1, failed: 1, skipped: 0 },
    failures: [{ file, test: 'in a browser' }],
  });
});

test('one that ended early without a word, or with a good exit code, has failed once', () => {
  expect(resultOf({ name: 'web' }, '', 0).tally).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
