import { expect, test } from 'bun:test';
import { bestOf, rankOf } from './rank.ts';

const best = (names: readonly string[], query: string) => bestOf(names, { query, nameOf: (name) => name, max: 5 });

test('the beginning of the name wins, then of a word, then the middle, then scattered letters', () => {
  expect(best(['Lively Ob', 'Globe', 'The lob', 'Lobby'], 'lob')).toEqual(['Lobby', 'The lob', 'Globe', 'Lively Ob']);
});

test('a name that lacks a letter is not there', () => {
  expect(rankOf('Lobby', 'lx')).toBeUndefined();
  expect(best(['Lobby'], 'zzz')).toEqual([]);
});

test('nothing typed shows the first ones, and equal ones keep their order', () => {
  expect(best(['b', 'a', 'c'], ' ')).toEqual(['b', 'a', 'c']);
  expect(best(['ab2', 'ab1'], 'ab')).toEqual(['ab2', 'ab1']);
});
