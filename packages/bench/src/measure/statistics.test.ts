import { expect, test } from 'bun:test';
import { percentile, summaryOf } from './statistics.ts';

test('the middle value is not moved by one that is far out', () => {
  expect(summaryOf([3, 1, 1_000, 2, 4])).toEqual({ median: 3, lowest: 1, highest: 1_000 });
  expect(() => summaryOf([])).toThrow(RangeError);
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 0.5)).toBe(51);
  expect(percentile(values, 0.99)).toBe(100);
  expect(percentile([], 0.99)).toBeNaN();
});
