import { expect, test } from 'bun:test';
import { AdjustableClock } from './faults/adjustable-clock.ts';
import { Expiry } from './expiry.ts';
import { ManualClock } from '../test/manual-clock.ts';

const dayMs = 86_400_000;

test('F12 a clock that is set ahead by a year ends nothing early; time that passes does', () => {
  const time = new ManualClock();
  const clock = new AdjustableClock(time);
  const expiry = new Expiry(clock);
  const ends = clock.now() + 90 * dayMs;
  clock.set({ offsetMs: 365 * dayMs, isFrozen: false });
  expect(expiry.isOver(ends)).toBe(false);
  time.advance(91 * dayMs);
  expect(expiry.isOver(ends)).toBe(true);
});

test('F12 what is over by a clock that is right is over at once', () => {
  const time = new ManualClock();
  const expiry = new Expiry(time);
  const ends = time.now() + dayMs;
  expect(expiry.isOver(ends)).toBe(false);
  time.advance(dayMs);
  expect(expiry.isOver(ends)).toBe(true);
  time.setBack(dayMs);
  expect(expiry.isOver(ends)).toBe(false);
});
