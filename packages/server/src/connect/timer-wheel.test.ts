import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Timed, TimerWheel, wheelLimits } from './timer-wheel.ts';

class Alarm extends Timed {
  rang: number[] = [];
  onRing: () => void = () => undefined;

  override expire(nowMs: number): void {
    this.rang.push(nowMs);
    this.onRing();
  }
}

function open() {
  const time = { nowMs: 5_000 };
  const wheel = new TimerWheel({ now: () => time.nowMs, monotonic: () => time.nowMs });
  const turn = (ms: number): void => {
    time.nowMs += ms;
    wheel.advance();
  };
  return { wheel, turn };
}

test('an entry expires once, at the first look after its time and never before', () => {
  const { wheel, turn } = open();
  const alarm = new Alarm();
  wheel.schedule(alarm, 250);
  turn(249);
  expect(alarm.rang).toEqual([]);
  turn(51);
  expect(alarm.rang).toEqual([5_300]);
  turn(1_000_000);
  expect(alarm.rang).toHaveLength(1);
  expect(wheel.size).toBe(0);
});

test('a later schedule takes the place of an earlier one, a cancelled entry never expires', () => {
  const { wheel, turn } = open();
  const [moved, cancelled] = [new Alarm(), new Alarm()];
  wheel.schedule(moved, 100);
  wheel.schedule(moved, 1_000);
  wheel.schedule(cancelled, 100);
  wheel.cancel(cancelled);
  wheel.cancel(cancelled);
  expect(wheel.size).toBe(1);
  turn(900);
  expect(moved.rang).toEqual([]);
  turn(100);
  expect([moved.rang.length, cancelled.rang.length]).toEqual([1, 0]);
});

test('delays longer than the wheel go around it', () => {
  const { wheel, turn } = open();
  const roundMs = wheelLimits.tickMs * wheelLimits.slots;
  const alarm = new Alarm();
  wheel.schedule(alarm, 3 * roundMs + 500);
  for (let round = 0; round < 3; round++) turn(roundMs);
  expect(alarm.rang).toEqual([]);
  turn(500);
  expect(alarm.rang).toHaveLength(1);
});

test('an entry may schedule itself again and cancel its neighbours while it expires', () => {
  const { wheel, turn } = open();
  const [first, neighbour] = [new Alarm(), new Alarm()];
  wheel.schedule(first, 100);
  wheel.schedule(neighbour, 100);
  first.onRing = () => {
    wheel.schedule(first, 0);
    wheel.cancel(neighbour);
  };
  turn(100);
  expect([first.rang.length, neighbour.rang.length, wheel.size]).toEqual([1, 0, 1]);
  turn(100);
  expect(first.rang).toHaveLength(2);
});

test('an event loop that stood still longer than a round expires everything that is due', () => {
  const { wheel, turn } = open();
  const alarms = Array.from({ length: 200 }, () => new Alarm());
  for (const [index, alarm] of alarms.entries()) wheel.schedule(alarm, index * 700);
  turn(10 * wheelLimits.tickMs * wheelLimits.slots);
  expect(alarms.every(({ rang }) => rang.length === 1)).toBe(true);
});

test('any mix of schedules, cancels and turns behaves like a list of times', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('schedule' as const), who: fc.nat(9), ms: fc.nat(200_000) }),
    fc.record({ do: fc.constant('cancel' as const), who: fc.nat(9), ms: fc.constant(0) }),
    fc.record({ do: fc.constant('turn' as const), who: fc.constant(0), ms: fc.nat(150_000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { wheel, turn } = open();
      const alarms = Array.from({ length: 10 }, () => new Alarm());
      const due = new Map<number, number>();
      const expected = alarms.map(() => 0);
      let nowMs = 5_000;
      for (const { do: what, who, ms } of steps) {
        if (what === 'schedule') {
          wheel.schedule(alarms[who]!, ms);
          // Times are rounded up to ticks, to the next one at least.
          due.set(
            who,
            Math.max(Math.floor(nowMs / wheelLimits.tickMs) + 1, Math.ceil((nowMs + ms) / wheelLimits.tickMs)),
          );
        } else if (what === 'cancel') {
          wheel.cancel(alarms[who]!);
          due.delete(who);
        } else {
          nowMs += ms;
          turn(ms);
          for (const [index, tick] of due)
            if (tick <= Math.floor(nowMs / wheelLimits.tickMs)) {
              expected[index]!++;
              due.delete(index);
            }
        }
        expect(alarms.map(({ rang }) => rang.length)).toEqual(expected);
        expect(wheel.size).toBe(due.size);
      }
    }),
  );
});
