import { closeCodes, limits } from '@parley/protocol';
import { group, saying, sayingIn, type ConformanceCase } from './conformance-case.ts';
import { chopped, fragments, text } from './frame-bytes.ts';

type Row = Omit<ConformanceCase, 'id'>;

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `no. ${index}`);
const bad = text('}');
const many = 200;

const large: readonly Row[] = [4_096, 16_384, limits.frameBytesMax].flatMap((bytes): Row[] => [
  {
    name: `${bytes} bytes in fragments of 64`,
    writes: [
      Buffer.concat(
        fragments(
          sayingIn(bytes, `${bytes} by 64`),
          Array.from({ length: bytes / 64 - 1 }, () => 64),
        ),
      ),
    ],
    expected: { said: [`${bytes} by 64`] },
  },
  {
    name: `${bytes} bytes in fragments of 1,024`,
    writes: [
      Buffer.concat(
        fragments(
          sayingIn(bytes, `${bytes} by 1,024`),
          Array.from({ length: bytes / 1_024 - 1 }, () => 1_024),
        ),
      ),
    ],
    expected: { said: [`${bytes} by 1,024`] },
  },
  {
    name: `${bytes} bytes in writes of 64`,
    writes: chopped(text(sayingIn(bytes, `${bytes} in writes`)), 64),
    expected: { said: [`${bytes} in writes`] },
  },
]);

/** 9.x: large and many. */
export const limitCases = group(9, 'limits and amounts', [
  ...large,
  {
    name: `${many} messages in one write`,
    writes: [Buffer.concat(numbered(many).map((line) => text(saying(line))))],
    expected: { said: numbered(many) },
  },
  {
    name: `${many} messages in a write each`,
    writes: numbered(many).map((line) => text(saying(line))),
    expected: { said: numbered(many) },
  },
  {
    name: 'a text of as many bytes as a message may have',
    writes: [text(saying('x'.repeat(limits.textBytesMax)))],
    expected: { said: ['x'.repeat(limits.textBytesMax)] },
  },
  {
    name: 'one byte more is refused, and the connection stays',
    writes: [text(saying('x'.repeat(limits.textBytesMax + 1)))],
    expected: { refused: ['invalid-params'] },
  },
  {
    name: 'nineteen frames nobody can read are answered, each one',
    writes: Array.from({ length: 19 }, () => bad),
    expected: { refused: Array.from({ length: 19 }, () => 'invalid-frame') },
  },
  {
    name: 'the twentieth ends the connection',
    writes: Array.from({ length: 20 }, () => bad),
    expected: { refused: Array.from({ length: 20 }, () => 'invalid-frame'), end: closeCodes['bad-frames'].code },
  },
  {
    name: 'JSON that is as deep as a frame is long',
    writes: [text(`{"id":1,"command":"message.send","params":${'['.repeat(32_000)}${']'.repeat(32_000)}}`)],
    expected: { refused: ['invalid-params'] },
  },
]);
