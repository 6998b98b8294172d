import { expect, test } from 'bun:test';
import { hueOf } from './hue.ts';
import { initialsOf } from './initials.ts';

test('the first and the last word give their first letters', () => {
  expect(initialsOf('Mara Lindqvist')).toBe('ML');
  expect(initialsOf('ben.k')).toBe('BK');
  expect(initialsOf('anna maria smith')).toBe('AS');
  expect(initialsOf('ann')).toBe('A');
});

test('a Chinese, Japanese or Korean name gives its last character', () => {
  expect(initialsOf('陈小明')).toBe('明');
  expect(initialsOf('김민준')).toBe('준');
});

test('joined emoji stay whole, and no name is a question mark', () => {
  expect(initialsOf('👩‍👩‍👧‍👦 club')).toBe('👩‍👩‍👧‍👦C');
  expect(initialsOf('  ')).toBe('?');
});

test('a user has the same of twelve hues everywhere, and neighbours differ', () => {
  const hues = Array.from({ length: 24 }, (_, id) => hueOf(id));
  expect(new Set(hues).size).toBe(12);
  expect(hues.every((hue, id) => hue !== hues[id + 1])).toBe(true);
});
