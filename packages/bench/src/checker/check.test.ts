import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { checkHistory } from './check.ts';
import { runOf, steps, type Step } from './model/model-run.ts';

/** Cat joins, writes, is stored, and leaves before the answer. */
const retriedByOneWhoLeft: readonly Step[] = (['move-cat', 'write', 'commit', 'move-cat'] as const).map((type) => ({
  type,
  device: 3,
  conversation: 0,
  pick: 0,
}));

test('I1–I15 a correct history is clean, whatever was retried, lost, doubled, edited, dropped and resumed', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const { history, truth } = runOf(steps);
      expect(checkHistory(history, truth)).toEqual([]);
    }),
    { numRuns: 300, examples: [[retriedByOneWhoLeft]] },
  );
});
