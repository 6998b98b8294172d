import { expect, test } from 'bun:test';
import { healTimes } from './heal-times.ts';
import { HistoryRecorder } from './history.ts';

test('faults of one kind are one row, in the order of classes; what never healed is none', () => {
  let nowMs = 0;
  const recorder = new HistoryRecorder({ seed: 1, nowMs: () => nowMs });
  const strike = (fault: number, kind: { class: `F${number}`; name: string }, healMs?: number): void => {
    recorder.record({ event: 'fault', fault, phase: 'begin', ...kind });
    recorder.record({ event: 'fault', fault, phase: 'end', ...kind });
    nowMs += healMs ?? 0;
    if (healMs !== undefined) recorder.record({ event: 'fault', fault, phase: 'healed', ...kind });
  };
  strike(1, { class: 'F10', name: 'reader stops' }, 40);
  for (const [index, healMs] of [300, 100, 200].entries()) strike(2 + index, { class: 'F2', name: 'paused' }, healMs);
  strike(5, { class: 'F2', name: 'paused' });
  expect(healTimes(recorder.history())).toEqual([
    { class: 'F2', name: 'paused', count: 3, medianMs: 200, highestMs: 300 },
    { class: 'F10', name: 'reader stops', count: 1, medianMs: 40, highestMs: 40 },
  ]);
});
