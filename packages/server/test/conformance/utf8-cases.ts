import { group, saying, type ConformanceCase } from './conformance-case.ts';
import { chopped, fragments, text } from './frame-bytes.ts';

type Row = Omit<ConformanceCase, 'id'>;

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Valid: the ends of every range, what is not assigned, what looks like something else, what combines. */
const valid: readonly (readonly [string, string])[] = [
  ['letters of several scripts', 'Hello-µ@ßöäüàá-UTF-8!! Σὲ γνωρίζω 你好 здравствуй שלום'],
  ['the last of one byte', '\u007f'],
  ['the first of two bytes', '\u0080'],
  ['the last of two bytes', '\u07ff'],
  ['the first of three bytes', '\u0800'],
  ['the last before the surrogates', '\ud7ff'],
  ['the first behind the surrogates', '\ue000'],
  ['the replacement character', '\ufffd'],
  ['the last of three bytes, which is no character', '\uffff'],
  ['a byte order mark within a text', 'a\ufeffb'],
  ['the first of four bytes', '\u{10000}'],
  ['no character of the first plane behind', '\u{1ffff}'],
  ['the last of Unicode', '\u{10ffff}'],
  ['what is reserved for programs', '\ufdd0\ufdef'],
  ['what is for private use', '\u{f0000}\u{100000}'],
  ['emoji joined to a family', '👨‍👩‍👧‍👦🏳️‍🌈'],
  ['a letter with twenty marks', `a${'\u0301'.repeat(20)}`],
  ['text that turns its direction', '\u202eabc\u202c'],
  ['a null, escaped', 'a\u0000b'],
];

/** Invalid: each is inside an otherwise good message. */
const invalid: readonly (readonly [string, string])[] = [
  ['a continuation byte alone', '80'],
  ['the last continuation byte alone', 'bf'],
  ['five continuation bytes', '80 bf 80 bf 80'],
  ['a start of two bytes with nothing behind', 'c2'],
  ['a start of two bytes before a letter', 'c3 41'],
  ['a start of three bytes, one behind', 'e2 82'],
  ['a start of four bytes, two behind', 'f0 9f 92'],
  ['all starts of two bytes alone', 'c0 20 c1 20 c2 20 df'],
  ['all starts of three bytes alone', 'e0 20 ed 20 ef'],
  ['all starts of four bytes alone', 'f0 20 f4'],
  ['fe', 'fe'],
  ['ff', 'ff'],
  ['fe and ff', 'fe fe ff ff'],
  ['a slash in two bytes', 'c0 af'],
  ['a slash in three bytes', 'e0 80 af'],
  ['a slash in four bytes', 'f0 80 80 af'],
  ['a slash in five bytes', 'f8 80 80 80 af'],
  ['a slash in six bytes', 'fc 80 80 80 80 af'],
  ['a null in two bytes', 'c0 80'],
  ['a null in three bytes', 'e0 80 80'],
  ['the largest overlong of two bytes', 'c1 bf'],
  ['the largest overlong of three bytes', 'e0 9f bf'],
  ['the largest overlong of four bytes', 'f0 8f bf bf'],
  ['a quote in two bytes, to leave the string', 'c0 a2'],
  ['the first high surrogate', 'ed a0 80'],
  ['the last high surrogate', 'ed af bf'],
  ['the first low surrogate', 'ed b0 80'],
  ['the last low surrogate', 'ed bf bf'],
  ['a pair of surrogates', 'ed a0 bd ed b8 80'],
  ['the pair the wrong way round', 'ed b8 80 ed a0 bd'],
  ['one above the last of Unicode', 'f4 90 80 80'],
  ['the last of four bytes', 'f7 bf bf bf'],
  ['a start of five bytes', 'f8 88 80 80 80'],
  ['a start of six bytes', 'fc 84 80 80 80 80'],
  ['good, bad, good', 'ce ba ed a0 80 65 64'],
  ['Autobahn’s sequence', 'ce ba e1 bd b9 cf 83 ce bc ce b5 f4 90 80 80 65 64 69 74 65 64'],
];

const split = 'κόσμε👋';

/** 6.x: text is UTF-8, all of it, wherever it is cut. */
export const utf8 = group(6, 'UTF-8', [
  ...valid.map(([name, value]): Row => ({
    name: `valid: ${name}`,
    writes: [text(saying(`<${value}>`))],
    expected: { said: [`<${value}>`] },
  })),
  ...valid.slice(0, 12).map(([name, value]): Row => {
    const payload = saying(`<${value}>`);
    return {
      name: `valid, in fragments of one byte: ${name}`,
      writes: [
        Buffer.concat(
          fragments(
            payload,
            Array.from({ length: payload.length - 1 }, () => 1),
          ),
        ),
      ],
      expected: { said: [`<${value}>`] },
    };
  }),
  ...[1, 2, 3].map((size): Row => ({
    name: `valid, written ${size} bytes at a time`,
    writes: chopped(text(saying(split)), size),
    expected: { said: [split] },
  })),
  ...invalid.map(([name, hex]): Row => ({
    name: `invalid: ${name}`,
    writes: [text(saying(bytes(hex)))],
    expected: { end: 1007 },
  })),
  ...invalid
    .filter((_, index) => index % 4 === 0)
    .map(([name, hex]): Row => {
      const payload = saying(bytes(hex));
      return {
        name: `invalid, in fragments of one byte: ${name}`,
        writes: [
          Buffer.concat(
            fragments(
              payload,
              Array.from({ length: payload.length - 1 }, () => 1),
            ),
          ),
        ],
        expected: { end: 1007 },
      };
    }),
  ...invalid
    .filter((_, index) => index % 9 === 0)
    .map(([name, hex]): Row => ({
      name: `invalid, behind a good message: ${name}`,
      before: [text(saying('good'))],
      writes: [text(saying(bytes(hex)))],
      expected: { said: ['good'], end: 1007 },
    })),
  {
    name: 'a character that the last fragment leaves unfinished',
    writes: fragments(bytes('ce ba e1 bd'), [2]),
    expected: { end: 1007 },
  },
  {
    name: 'bytes that can become no text, in a message that never ends',
    writes: [text(bytes('ff fe'), { isFinal: false })],
    expected: { end: 1007 },
    isUnfinished: true,
    deviation: {
      outcome: {},
      because:
        'A message is checked when it is whole, which is allowed; it cannot grow beyond a frame, and its socket has its deadlines.',
    },
  },
]);
