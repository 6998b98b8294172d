import { expect, test } from 'bun:test';
import { printFailures, readFailures } from './failures.ts';

const output = `bun test v1.4.5

packages/sdk/src/a.test.ts:
error: expect(received).toBe(expected)
(fail) a group > fails [0.55ms]
(pass) passes [1.00ms]

packages/web/test/b.test.tsx:
(fail) fails in the other file

packages/web/test/c.test.ts:

# Unhandled error between tests
-------------------------------
error: Cannot find module './nope.ts'
-------------------------------


3 tests failed:
(fail) a group > fails [0.55ms]
(fail) fails in the other file

 1 pass
 3 fail
Ran 4 tests across 3 files. [15.00ms]
`;

test('what failed is read with its file, once each', () => {
  expect(readFailures(output)).toEqual([
    { file: 'packages/sdk/src/a.test.ts', test: 'a group > fails' },
    { file: 'packages/web/test/b.test.tsx', test: 'fails in the other file' },
    { file: 'packages/web/test/c.test.ts', test: 'an error outside of tests' },
  ]);
});

test('a run without failures has none', () => {
  expect(readFailures('packages/sdk/src/a.test.ts:\n(pass) passes\n\n 1 pass\n 0 fail\n')).toEqual([]);
});

test('a list names file and test', () => {
  expect(printFailures('Failed:', [{ file: 'a.test.ts', test: 'b' }])).toBe('Failed:\n  a.test.ts: b');
});
