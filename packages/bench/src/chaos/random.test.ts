import { expect, test } from 'bun:test';
import { Random } from './random.ts';

const draw = (random: Random, count = 100) => Array.from({ length: count }, () => random.next());

test('the same seed gives the same numbers, another one others', () => {
  expect(draw(new Random(7))).toEqual(draw(new Random(7)));
  expect(draw(new Random(7))).not.toEqual(draw(new Random(8)));
});

test('a stream follows from seed and name, whatever was drawn before', () => {
  const random = new Random(7);
  const before = draw(random.stream('load'));
  draw(random);
  expect(draw(random.stream('load'))).toEqual(before);
  expect(draw(random.stream('faults'))).not.toEqual(before);
});

test('numbers keep their bounds and reach them', () => {
  const random = new Random(1);
  const seen = new Set(Array.from({ length: 1_000 }, () => random.between(3, 6)));
  expect([...seen].toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6]);
  for (const value of draw(random, 1_000)) expect(value >= 0 && value < 1).toBeTrue();
});

test('shuffled keeps every item once', () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const shuffled = new Random(3).shuffled(items);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
});

test('nothing to pick from is an error', () => {
  expect(() => new Random(1).pick([])).toThrow(RangeError);
});
