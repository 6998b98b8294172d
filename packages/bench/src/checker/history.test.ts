import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../scripts/temporary-folder.ts';
import { exportHistory, HistoryRecorder } from './history.ts';

const regained = { event: 'regained', device: 'ann/1' } as const;

test('events are told in milliseconds since the run began', () => {
  let nowMs = 5_000;
  const recorder = new HistoryRecorder({ seed: 7, nowMs: () => nowMs });
  nowMs += 250;
  recorder.record(regained);
  expect(recorder.history()).toEqual({ seed: 7, events: [{ ...regained, atMs: 250 }], dropped: 0 });
});

test('what finds no room is counted and not kept', () => {
  const recorder = new HistoryRecorder({ seed: 7, eventsMax: 2 });
  for (let event = 0; event < 5; event++) recorder.record(regained);
  expect(recorder.history()).toMatchObject({ events: [regained, regained], dropped: 3 });
});

test('a history is exported as one line for the run and one for each event', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'history.jsonl');
  const recorder = new HistoryRecorder({ seed: 7 });
  for (let event = 0; event < 20_001; event++) recorder.record(regained);
  exportHistory(recorder.history(), path);
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(JSON.parse(head ?? '')).toEqual({ seed: 7, dropped: 0 });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([...recorder.history().events]);
});
