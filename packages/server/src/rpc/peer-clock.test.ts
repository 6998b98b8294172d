import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { PeerClock } from './peer-clock.ts';

const delay = fc.integer({ min: 0, max: 100_000 });

test('C13 a moment of ours is never taken for later than it is there, whatever its clock says and however long answers take', () => {
  fc.assert(
    fc.property(
      fc.record({
        aheadMs: fc.integer({ min: -1e9, max: 1e9 }),
        drift: fc.float({ min: Math.fround(-9e-5), max: Math.fround(9e-5), noNaN: true }),
        answers: fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 20 }),
        laterMs: delay,
      }),
      ({ aheadMs, drift, answers, laterMs }) => {
        const peer = new PeerClock();
        const theirs = (ourMs: number): number => ourMs + aheadMs + ourMs * drift;
        let nowMs = 0;
        for (const [pauseMs, onTheWayMs] of answers) {
          const saidMs = theirs(nowMs + pauseMs);
          nowMs += pauseMs + onTheWayMs;
          peer.hear(saidMs, nowMs);
        }
        nowMs += laterMs;
        const tooEarlyMs = theirs(nowMs) - nowMs - (peer.leadMs(nowMs) ?? Infinity);
        const quickestMs = Math.min(...answers.map(([, onTheWayMs]) => onTheWayMs));
        expect(tooEarlyMs).toBeGreaterThanOrEqual(-0.001);
        expect(tooEarlyMs).toBeLessThanOrEqual(quickestMs + 2e-4 * nowMs + 0.001);
      },
    ),
  );
});

test('nothing is known of a clock that said nothing', () => {
  const peer = new PeerClock();
  peer.hear(Number.NaN, 1);
  expect([peer.isKnown(1), peer.leadMs(1)]).toEqual([false, undefined]);
});

test('C13 a clock that was not heard for long is asked again before anything is called late by it', () => {
  const peer = new PeerClock();
  peer.hear(5_000, 0);
  expect([peer.isKnown(900_000), peer.isKnown(1_100_000)]).toEqual([true, false]);
  peer.hear(1_105_000, 1_100_000);
  expect([peer.isKnown(1_100_000), peer.leadMs(1_100_000)]).toEqual([true, 5_000]);
});
