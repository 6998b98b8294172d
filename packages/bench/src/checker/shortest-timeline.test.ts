import { expect, test } from 'bun:test';
import { checkHistory } from './check.ts';
import type { EventOf } from './history-event.ts';
import { steps, type FinishedRun } from './model/model-run.ts';
import { andThen, withView, type Planting } from './model/plant.ts';
import { ann, fertileRun, found, group, lastOf, newAttempt, pushed, text } from './model/planting-ground.ts';
import { shortestTimeline, timelineLinesMax } from './shortest-timeline.ts';
import * as fc from 'fast-check';

function timelineOf(planting: Planting, run: FinishedRun = fertileRun([])): string[] {
  const { history, truth } = planting(run);
  return shortestTimeline(history, found(checkHistory(history, truth)[0])).split('\n');
}

test('a timeline tells the life of the message, and marks what shows the violation', () => {
  const [title, ...lines] = timelineOf((run) => andThen(run, pushed('eve/1', lastOf(run, group))));
  expect(title).toStartWith('I10  User 4 received message');
  expect(lines[0]).toMatch(/^ +\d+\.\d{3} s {2}ann\/1 +sends ann\/1-\d+ to 11: "words ⟦c11\.\d+⟧"/);
  expect(lines[1]).toContain('is acked: message');
  expect(lines.filter((line) => line.startsWith('>'))).toEqual([
    expect.stringContaining('eve/1       is pushed message'),
  ]);
  expect(lines.every((line) => !line.includes(' of 13 '))).toBe(true);
});

test('a timeline has the faults that were on meanwhile, and no others', () => {
  const fault = (name: string) => ({ event: 'fault', class: 'F1', name }) as const;
  const before = (run: FinishedRun): FinishedRun =>
    (['begin', 'end', 'healed'] as const).reduce(
      (run, phase) => andThen(run, { ...fault('before'), fault: 1, phase }),
      run,
    );
  const lines = timelineOf((run) => {
    const sent = andThen(before(run), {
      event: 'send',
      attempt: newAttempt,
      ...ann,
      clientMsgId: 'stuck',
      content: text('?'),
    });
    const killed = andThen(sent, { ...fault('killed'), fault: 2, phase: 'begin' });
    const healed = andThen(andThen(killed, { ...fault('killed'), fault: 2, phase: 'end' }), {
      ...fault('killed'),
      fault: 2,
      phase: 'healed',
    });
    return andThen(healed, { event: 'unknown', attempt: newAttempt }, 20_000);
  });
  expect(lines.filter((line) => line.includes('fault F1 (killed)'))).toHaveLength(3);
  expect(lines.filter((line) => line.includes('fault F1 (before)'))).toEqual([]);
});

test('a long timeline is cut in its middle and says so', () => {
  const displayed = (run: FinishedRun): EventOf<'displayed'> => ({ ...lastDisplayed(run) });
  const again: Planting = (run) =>
    Array.from({ length: 100 }).reduce((run: FinishedRun) => andThen(run, displayed(run)), run);
  const { history, truth } = again(fertileRun([]));
  const violations = checkHistory(history, truth);
  const lines = shortestTimeline(history, found(violations.at(-1))).split('\n');
  expect(lines.length).toBeLessThanOrEqual(timelineLinesMax + 4);
  expect(lines.some((line) => line.includes('more …'))).toBe(true);
});

function lastDisplayed(run: FinishedRun): EventOf<'displayed'> {
  return found(run.history.events.findLast((event): event is EventOf<'displayed'> => event.event === 'displayed'));
}

test('every violation of every history has a timeline', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const lines = timelineOf((run) => withView(run, ann, () => ({ readSeq: 0 })), fertileRun(steps));
      expect(lines.length).toBeGreaterThan(1);
    }),
    { numRuns: 50 },
  );
});
