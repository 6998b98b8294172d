import { expect, test } from 'bun:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { AdjustableClock } from './adjustable-clock.ts';

test('F12 the wall clock is ahead, behind or frozen while time passes', () => {
  const clock = new ManualClock();
  const adjustable = new AdjustableClock(clock);
  const [wall, passed] = [clock.now(), clock.monotonic()];
  adjustable.set({ offsetMs: -3_600_000, isFrozen: false });
  expect(adjustable.now()).toBe(wall - 3_600_000);
  clock.advance(1_000);
  expect(adjustable.now()).toBe(wall - 3_599_000);
  adjustable.set({ offsetMs: 60_000, isFrozen: true });
  clock.advance(1_000);
  expect(adjustable.now()).toBe(wall + 61_000);
  expect(adjustable.state()).toEqual({ offsetMs: 60_000, isFrozen: true });
  adjustable.set({ offsetMs: 0, isFrozen: false });
  expect(adjustable.now()).toBe(wall + 2_000);
  expect(adjustable.monotonic()).toBe(passed + 2_000);
});
