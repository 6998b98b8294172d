import { expect, test } from 'bun:test';
import { excerptOf, piecesOf } from './excerpt.ts';

test('the excerpt begins a little before the place, at a word', () => {
  const text = `${'word '.repeat(40)}needle in the hay`;
  const excerpt = excerptOf(text, 'needle');
  expect(excerpt.startsWith('…word ')).toBe(true);
  expect(excerpt).toContain('needle in the hay');
  expect(excerpt.length).toBeLessThan(80);
});

test('short texts and unknown words show the start', () => {
  expect(excerptOf('a  b\nc', 'c')).toBe('a b c');
  expect(excerptOf('hello there', 'zzz')).toBe('hello there');
});

test('every place of the query, and of its words, is a hit; signs are only signs', () => {
  expect(
    piecesOf('a+b and A+B', 'a+b')
      .filter((piece) => piece.isHit)
      .map((piece) => piece.text),
  ).toEqual(['a+b', 'A+B']);
  expect(piecesOf('会议改到下午', '下午').at(-1)).toEqual({ text: '下午', isHit: true });
  expect(piecesOf('x', '')).toEqual([{ text: 'x', isHit: false }]);
});
