import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { closeCodes } from '@parley/protocol';
import { backOffMs } from './back-off.ts';

describe('back-off', () => {
  test('it never waits longer than the cap beyond what the server advises, nor shorter than advised', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat({ max: 10_000 }),
        (attempt, chance, retryAfterMs) => {
          const plain = backOffMs({ code: 1006, reason: '' }, attempt, () => chance);
          expect(plain).toBeGreaterThanOrEqual(0);
          expect(plain).toBeLessThanOrEqual(30_000);
          const advised = backOffMs(
            { code: closeCodes.drain.code, reason: JSON.stringify({ retryAfterMs }) },
            attempt,
            () => chance,
          );
          expect(advised).toBeGreaterThanOrEqual(retryAfterMs);
          expect(advised).toBeLessThanOrEqual(retryAfterMs + 30_000);
        },
      ),
    );
  });

  test('a session that is over is not tried again, a full node later', () => {
    expect(backOffMs({ code: closeCodes['session-ended'].code, reason: '' }, 0, () => 0)).toBeUndefined();
    expect(backOffMs({ code: closeCodes.overloaded.code, reason: '' }, 0, () => 0)).toBe(5_000);
    expect(backOffMs({ code: closeCodes.drain.code, reason: 'not JSON' }, 0, () => 0)).toBe(0);
  });
});
