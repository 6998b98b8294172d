import { describe, expect, test } from 'bun:test';
import { addTallies, closingLine, isGood, readTally } from './tally.ts';

const summary = (counts: string[], files = 1) =>
  [
    '(pass) something',
    '',
    ...counts.map((count) => ` ${count}`),
    `Ran 7 tests across ${files} files. [4.00ms]`,
    '',
  ].join('\n');

describe('reading the counts of a run', () => {
  test('passed, failed, skipped and planned tests are told apart', () => {
    const output = summary(['3 pass', '2 skip', '1 todo', '1 fail', '1 error', '9 expect() calls']);
    expect(readTally(output, 1)).toEqual({ passed: 3, failed: 1, skipped: 3 });
  });

  test('numbers that tests print are not counts', () => {
    expect(readTally(` 99 pass\nRan 99 tests across 1 file.\n${summary(['2 pass', '0 fail'])}`, 0)).toEqual({
      passed: 2,
      failed: 0,
      skipped: 0,
    });
  });

  test('a run that failed without a failed test counts as one failure', () => {
    expect(readTally(summary(['2 pass', '0 fail', '1 error']), 1)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  });

  test('a run that died before its counts is one failure', () => {
    expect(readTally('(pass) something\n', 139)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('the closing line', () => {
  test('is the sum of all runs', () => {
    const sum = addTallies({ passed: 2, failed: 1, skipped: 0 }, { passed: 3, failed: 0, skipped: 0 });
    expect(closingLine(sum)).toBe('5 passed, 1 failed');
  });

  test('names skipped tests only if there are some', () => {
    expect(closingLine({ passed: 5, failed: 0, skipped: 2 })).toBe('5 passed, 0 failed, 2 skipped');
  });
});

describe('a run is good', () => {
  const maySkip = true;
  test('when something passed and nothing failed', () => {
    expect(isGood({ passed: 1, failed: 0, skipped: 1 }, { maySkip })).toBe(true);
    expect(isGood({ passed: 1, failed: 1, skipped: 0 }, { maySkip })).toBe(false);
  });

  test('never when no test ran', () => {
    expect(isGood({ passed: 0, failed: 0, skipped: 4 }, { maySkip })).toBe(false);
  });

  test('only without skipped tests where everything has to be installed', () => {
    expect(isGood({ passed: 1, failed: 0, skipped: 1 }, { maySkip: false })).toBe(false);
  });
});
