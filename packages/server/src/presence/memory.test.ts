import { expect, test } from 'bun:test';
import type { Clock } from '../clock.ts';
import { HitWindows } from './hit-windows.ts';
import { MemoryPresence } from './memory.ts';
import { presenceConformance } from './presence.conformance.ts';
import { presenceLimits } from './presence.ts';

let nowMs = 1_000;
const clock: Clock = { now: () => nowMs, monotonic: () => nowMs };

presenceConformance('memory', {
  open: async () => new MemoryPresence(clock),
  advance: async (ms) => void (nowMs += ms),
  times: { ...presenceLimits, windowMs: 10_000 },
});

test('P6 keys that nobody hits any more are given up', () => {
  const windows = new HitWindows(clock);
  for (let key = 0; key < 1_000; key++) windows.hit(`old-${key}`, 5, 1_000);
  nowMs += 2_000;
  for (let hit = 0; hit < 1_000; hit++) windows.hit('live', 5, 1_000);
  expect(windows.size).toBe(1);
});

test('P6 a window that slides for long keeps counting and holds no more than it must', () => {
  const windows = new HitWindows(clock);
  let accepted = 0;
  for (let step = 0; step < 10_000; step++, nowMs += 7)
    accepted += windows.hit('key', 10, 1_000).retryAfterMs === 0 ? 1 : 0;
  expect(accepted).toBe(700);
});
