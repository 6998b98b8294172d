import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import fc from 'fast-check';
import { systemClock, type Clock } from '../clock.ts';
import { DecimalIds, stepsPerMs } from './decimal-ids.ts';
import { Snowflake, snowflakeLimits, type IdLease } from './snowflake.ts';

const start = Date.UTC(2026, 0, 1);

class TurnedClock implements Clock {
  time = start;
  /** After how many looks a millisecond is over. */
  looksPerMs = Infinity;
  private looks = 0;
  private elapsed = 0;

  now(): number {
    return this.time + Math.floor(this.looks++ / this.looksPerMs);
  }

  monotonic(): number {
    return (this.elapsed += 0.000_1);
  }
}

class TestLease implements IdLease {
  readonly workerId: number;
  readonly highWaterMs: number;
  readonly reports: number[] = [];
  isBroken = false;
  lose: () => void = () => {};

  constructor(workerId = 5, highWaterMs = 0) {
    this.workerId = workerId;
    this.highWaterMs = highWaterMs;
  }

  async report(timeMs: number): Promise<void> {
    if (this.isBroken) throw new ParleyError('unavailable');
    this.reports.push(timeMs);
  }

  onLost(listener: () => void): void {
    this.lose = listener;
  }
}

async function generator(clock: Clock = new TurnedClock(), lease = new TestLease()) {
  const alarms: number[] = [];
  const ids = await Snowflake.start({ lease, clock, onAlarm: (aheadMs) => alarms.push(aheadMs) });
  return { ids, alarms, lease };
}

const take = (ids: Snowflake, count: number) => Array.from({ length: count }, () => ids.nextId());
const timeOf = (id: string | undefined) => Number(BigInt(id ?? 0) >> 22n) + snowflakeLimits.epochMs;
const isRising = (ids: string[]) => ids.every((id, index) => index === 0 || BigInt(id) > BigInt(ids[index - 1] ?? 0));

test('D14 an id is the milliseconds since 2025, the worker and the step', async () => {
  const { ids } = await generator();
  const [first, second] = take(ids, 2).map(BigInt);
  expect(first).toBe((BigInt(start - snowflakeLimits.epochMs) << 22n) | (5n << 12n));
  expect(second).toBe((first ?? 0n) + 1n);
});

test('D14 decimal ids equal what BigInt says, for every time, worker and step', () => {
  const decimal = new DecimalIds();
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: snowflakeLimits.timeMax }),
      fc.integer({ min: 0, max: 1_023 }),
      fc.integer({ min: 0, max: stepsPerMs - 1 }),
      (ms, worker, step) => {
        decimal.moveTo(ms, worker);
        return (
          decimal.at(step) === String((BigInt(ms) << 22n) | (BigInt(worker) << 12n) | BigInt(step)).padStart(4, '0')
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('D14 20,000 calls give 20,000 ids', async () => {
  const { ids } = await generator(systemClock);
  const given = take(ids, 20_000);
  expect(new Set(given).size).toBe(20_000);
  expect(isRising(given)).toBe(true);
});

test('D14 a clock that stands still is waited for and then counted on without, with one alarm', async () => {
  const { ids, alarms } = await generator();
  const given = take(ids, 3 * stepsPerMs);
  expect(new Set(given).size).toBe(given.length);
  expect(isRising(given)).toBe(true);
  expect(timeOf(given.at(-1))).toBe(start + 2);
  expect(alarms).toEqual([0]);
});

test('D14 an exhausted step waits for the next millisecond when it comes in time, without an alarm', async () => {
  const clock = new TurnedClock();
  clock.looksPerMs = 10_000;
  const { ids, alarms } = await generator(clock);
  const given = take(ids, 3 * stepsPerMs);
  expect(new Set(given.map(BigInt)).size).toBe(given.length);
  expect(alarms).toEqual([]);
});

test('D14 a clock that goes back an hour raises one alarm and repeats nothing', async () => {
  const clock = new TurnedClock();
  const { ids, alarms } = await generator(clock);
  const before = take(ids, 100);
  clock.time -= 3_600_000;
  const given = [...before, ...take(ids, 2 * stepsPerMs)];
  expect(isRising(given)).toBe(true);
  expect(alarms).toEqual([3_600_000]);
});

test('D14 the clock is followed again when it has caught up, and the next step back is told again', async () => {
  const clock = new TurnedClock();
  const { ids, alarms } = await generator(clock);
  ids.nextId();
  clock.time -= 500;
  ids.nextId();
  clock.time += 1_000;
  expect(timeOf(ids.nextId())).toBe(start + 500);
  clock.time -= 100;
  ids.nextId();
  expect(alarms).toEqual([500, 100]);
});

test('D14 whatever the clock does, ids rise', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -2_000, max: 2_000 }), { maxLength: 60 }), async (moves) => {
      const clock = new TurnedClock();
      clock.looksPerMs = 100;
      const { ids } = await generator(clock);
      const given: string[] = [];
      for (const move of moves) {
        clock.time += move;
        given.push(...take(ids, 3));
        await Promise.resolve();
      }
      return isRising(given);
    }),
    { numRuns: 50 },
  );
});

test('D14 several workers never give the same id in the same millisecond', async () => {
  const clock = new TurnedClock();
  const all: string[] = [];
  for (const worker of [0, 1, 2, 1_023]) {
    const { ids } = await generator(clock, new TestLease(worker));
    all.push(...take(ids, stepsPerMs));
  }
  expect(new Set(all).size).toBe(4 * stepsPerMs);
});

test('D14 a lost lease stops the ids', async () => {
  const { ids, lease } = await generator();
  ids.nextId();
  lease.lose();
  expect(() => ids.nextId()).toThrow(new ParleyError('unavailable'));
});

test('D14 ids begin after everything an earlier holder may have given out', async () => {
  const { ids, alarms } = await generator(new TurnedClock(), new TestLease(5, start + 1_000));
  expect(timeOf(ids.nextId())).toBeGreaterThan(start + 1_000);
  expect(alarms).toEqual([]);
});

test('D14 a clock that went far back between two starts raises an alarm', async () => {
  const { ids, alarms } = await generator(new TurnedClock(), new TestLease(5, start + 60_000));
  expect(timeOf(ids.nextId())).toBe(start + 60_001);
  expect(alarms).toEqual([60_000]);
});

test('D14 no id lies beyond what was reported, not even after an idle hour or without the registry', async () => {
  const clock = new TurnedClock();
  const { ids, lease } = await generator(clock);
  lease.isBroken = true;
  clock.time += 3_600_000;
  const reserved = lease.reports.at(-1) ?? 0;
  for (let count = 0; count < stepsPerMs; count++) expect(timeOf(ids.nextId())).toBeLessThanOrEqual(reserved);
  expect(() => ids.nextId()).toThrow(new ParleyError('unavailable'));
  await Promise.resolve();
  lease.isBroken = false;
  expect(() => ids.nextId()).toThrow(new ParleyError('unavailable'));
  await Promise.resolve();
  expect(timeOf(ids.nextId())).toBe(clock.time);
});

test('D14 time is reserved ahead before it runs out', async () => {
  const clock = new TurnedClock();
  const { ids, lease } = await generator(clock);
  clock.time += snowflakeLimits.reserveMs / 2 + 1;
  ids.nextId();
  expect(lease.reports).toEqual([start + snowflakeLimits.reserveMs, clock.time + snowflakeLimits.reserveMs]);
  expect(ids.highWaterMs).toBe(clock.time);
});
