import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { pairsOf, piecesOf, tokenLimits, tokensOf } from './search-tokens.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const mixed = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[A-Za-zÀ-ž0-9]{1,8}$/u),
      fc.stringMatching(/^[一-鿋ぁ-んァ-ヶ가-힣]{1,5}$/u),
      fc.constantFrom('👍', '-', '"'),
    ),
  )
  .map((parts) => parts.join(' '));

test('words are lower case and without width; runs give pairs and letters', () => {
  expect(tokensOf('Hello ＷＯＲＬＤ, 今天好 x_y 42')).toEqual({
    words: ['hello', 'world', '今天', '天好', 'x', 'y', '42'],
    letters: ['今', '天', '好'],
  });
});

test('a word and a run that touch are two pieces', () => {
  expect(piecesOf('iPhone手机')).toEqual([
    { kind: 'word', text: 'iphone' },
    { kind: 'run', text: '手机' },
  ]);
});

test('half-width katakana, its long mark and hangul jamo are found in their usual form', () => {
  expect(piecesOf('ｶﾀｶﾅｰ 가')).toEqual([
    { kind: 'run', text: 'カタカナー' },
    { kind: 'run', text: '가' },
  ]);
});

test('tokens hold letters, digits, marks and pictographs only, so that none is an operator', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const { text: piece } of piecesOf(text))
        expect(piece).toMatch(/^[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]+$/u);
    }),
  );
});

test('the short way for ASCII equals the long one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 80 }), (text) => {
      const long = piecesOf(`${text} é`).slice(0, -1);
      expect(piecesOf(text)).toEqual(long);
    }),
  );
});

test('a text in another case or form has the same tokens', () => {
  fc.assert(
    fc.property(mixed, (text) => {
      expect(tokensOf(text.toLowerCase())).toEqual(tokensOf(text));
      expect(tokensOf(text.normalize('NFD'))).toEqual(tokensOf(text));
    }),
  );
});

test('tokens of pieces are tokens of the text', () => {
  fc.assert(
    fc.property(mixed, (text) => {
      const { words, letters } = tokensOf(text);
      for (const piece of piecesOf(text)) {
        const expected = piece.kind === 'run' ? pairsOf(piece.text) : [piece.text];
        for (const token of expected) expect(words).toContain(token);
        if (piece.kind === 'run') for (const letter of piece.text) expect(letters).toContain(letter);
      }
    }),
  );
});

test('cutting what was cut changes nothing, and long words are cut between characters', () => {
  const long = '𝔘'.repeat(100);
  for (const { text } of piecesOf(`${'w'.repeat(500)} ${long}`)) {
    expect(text.length).toBeLessThanOrEqual(tokenLimits.wordCharsMax);
    expect(text.isWellFormed()).toBe(true);
  }
});
