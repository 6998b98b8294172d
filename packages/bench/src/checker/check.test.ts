import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { checkHistory } from './check.ts';
import { runOf, steps } from './model/model-run.ts';

test('I1–I15 a correct history is clean, whatever was retried, lost, doubled, edited, dropped and resumed', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const { history, truth } = runOf(steps);
      expect(checkHistory(history, truth)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
