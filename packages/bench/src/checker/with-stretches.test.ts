import { expect, test } from 'bun:test';
import { checkHistory } from './check.ts';
import { andThen } from './model/plant.ts';
import { ann, fertileRun, newAttempt, rulesBroken, text } from './model/planting-ground.ts';
import { totalMsOf, withStretches } from './with-stretches.ts';

const what = { class: 'F20', name: 'busy' } as const;

test('I12 deadlines do not count what was in the way of the whole machine', () => {
  const send = { event: 'send', attempt: newAttempt, ...ann, clientMsgId: 'slow', content: text('…') } as const;
  const sent = andThen(fertileRun([]), send);
  const run = andThen(sent, { event: 'unknown', attempt: newAttempt }, 30_000);
  expect(rulesBroken(run)).toEqual(['I12']);
  const sentAtMs = sent.history.events.at(-1)!.atMs;
  const [early, late] = [
    { fromMs: sentAtMs + 1_000, toMs: sentAtMs + 12_000 },
    { fromMs: sentAtMs + 15_000, toMs: sentAtMs + 29_000 },
  ];
  const first = withStretches(run.history, [early], what);
  expect(checkHistory(first, run.truth)).not.toEqual([]);
  expect(checkHistory(withStretches(first, [late], what), run.truth)).toEqual([]);
  expect(totalMsOf([early, late])).toBe(25_000);
});
