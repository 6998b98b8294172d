import { expect, test } from 'bun:test';
import { ago, clock, dayName, dayOf, shortTime } from './time.ts';

const at = (day: number, hour = 12, year = 2026): number => new Date(year, 4, day, hour).getTime();

test('times of a day are equal days, whatever the hour', () => {
  expect(dayOf(at(5, 0))).toBe(dayOf(at(5, 23)));
  expect(dayOf(at(6, 0)) - dayOf(at(5, 23))).toBe(1);
});

test('separators say today, yesterday, the weekday, then the date', () => {
  expect(dayName(at(5, 1), at(5, 23), 'en')).toBe('Today');
  expect(dayName(at(4, 23), at(5, 0), 'en')).toBe('Yesterday');
  expect(dayName(at(2), at(5), 'en')).toBe('Saturday');
  expect(dayName(at(2), at(20), 'en')).toBe('May 2');
  expect(dayName(at(2, 12, 2025), at(20), 'en')).toContain('2025');
  expect(dayName(at(5), at(5), 'zh-CN')).toBe('今天');
});

test('a clock ahead of the server’s does not name a day that has not come', () => {
  expect(dayName(at(6), at(5), 'en')).toBe('May 6');
});

test('the list shows the time today and less and less after', () => {
  expect(shortTime(at(5, 9), at(5), 'zh-CN')).toBe('09:00');
  expect(shortTime(at(3), at(5), 'en')).toBe('Sun');
  expect(shortTime(at(3), at(25), 'en')).toBe('May 3');
});

test('hours are told as the language tells them', () => {
  expect(clock(at(5, 21), 'en').replaceAll(/\s/g, ' ')).toBe('9:00 PM');
  expect(clock(at(5, 21), 'zh-CN')).toBe('21:00');
});

test('how long ago is rounded down and never in the future', () => {
  expect(ago(1_000_000, 1_000_000 + 3 * 60_000, 'en')).toBe('3 minutes ago');
  expect(ago(2_000_000, 1_000_000, 'en')).toBe('this minute');
  expect(ago(0, 26 * 3_600_000, 'en')).toBe('yesterday');
});
