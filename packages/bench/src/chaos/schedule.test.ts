import { expect, test } from 'bun:test';
import { faultPointNames } from '@parley/server/src/faults/fault-points.ts';
import { roster } from './actors/roster.ts';
import { roundMs, scheduleOf, type Schedule } from './schedule.ts';

const strikesOf = ({ rounds }: Schedule) => rounds.flat().flatMap(({ system, edges }) => [...system, ...edges.flat()]);
/** What can be compared of it: everything but the functions. */
const described = (schedule: Schedule) => ({
  ...schedule,
  scripts: [...schedule.scripts],
  rounds: schedule.rounds.flat().map(({ name, system, edges }) => ({
    name,
    system: system.map((strike) => strike.name),
    edges: edges.map((lane) => lane.map((strike) => strike.name)),
  })),
});

test('a schedule follows from its seed alone', () => {
  const options = { seed: 7, forMs: roundMs };
  expect(described(scheduleOf(options))).toEqual(described(scheduleOf(options)));
  expect(described(scheduleOf({ ...options, seed: 8 }))).not.toEqual(described(scheduleOf(options)));
});

test('the shortest one has every class of faults, and everybody in it', () => {
  const schedule = scheduleOf({ seed: 1, forMs: roundMs });
  const classes = new Set<string>(strikesOf(schedule).map((strike) => strike.class));
  const wanted = Array.from({ length: 21 }, (_, index) => `F${index + 1}`);
  expect([...classes].toSorted()).toEqual(wanted.toSorted());
  expect([...schedule.scripts.keys()]).toEqual(roster.map(({ device }) => device));
});

test('a few seeds in a row kill at every step', () => {
  const names = new Set(
    [1, 2, 3, 4, 5, 6].flatMap((seed) => strikesOf(scheduleOf({ seed, forMs: roundMs })).map((strike) => strike.name)),
  );
  for (const point of faultPointNames) expect(names).toContain(`kill at ${point}`);
});

test('only the classes asked for', () => {
  const schedule = scheduleOf({ seed: 1, forMs: roundMs, only: ['F6', 'F9'] });
  expect(new Set(strikesOf(schedule).map((strike) => strike.class))).toEqual(new Set(['F6', 'F9']));
});

test('a class that does not exist is an error, not a run without faults', () => {
  expect(() => scheduleOf({ seed: 1, forMs: roundMs, only: ['F6', 'F99'] })).toThrow('F99');
});

test('more time is more rounds', () => {
  const [short, long] = [roundMs, 4 * roundMs].map((forMs) => strikesOf(scheduleOf({ seed: 1, forMs })).length);
  expect(long).toBe(4 * short!);
});
