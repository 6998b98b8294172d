import { limits } from '@parley/protocol';
import { group, saying, sayingIn, type ConformanceCase } from './conformance-case.ts';
import { chopped, frameBytes, fragments, opcode, ping, pong, text } from './frame-bytes.ts';

type Row = Omit<ConformanceCase, 'id'>;

const next = (payload: string | Uint8Array, isFinal: boolean): Buffer =>
  frameBytes({ opcode: opcode.continuation, payload, isFinal });

/** A message in fragments, with something between each two of them. */
function interleaved(payload: Uint8Array, sizes: readonly number[], between: () => Uint8Array): Uint8Array[] {
  return fragments(payload, sizes).flatMap((part, index) => (index === 0 ? [part] : [between(), part]));
}

const whole: readonly Row[] = [
  ...[1, 2, 3, 10, 60].map((size) => ({
    name: `a message in fragments of ${size} bytes`,
    writes: fragments(
      saying(`in ${size}`),
      Array.from({ length: Math.floor(110 / size) }, () => size),
    ),
    expected: { said: [`in ${size}`] },
  })),
  {
    name: 'the same fragments in one write',
    writes: [Buffer.concat(fragments(saying('in one'), [10, 10, 10, 10]))],
    expected: { said: ['in one'] },
  },
  {
    name: 'the same fragments, a byte at a time',
    writes: chopped(Buffer.concat(fragments(saying('in bytes'), [10, 10, 10, 10])), 1),
    expected: { said: ['in bytes'] },
  },
  {
    name: 'a first fragment that is empty',
    writes: fragments(saying('empty first'), [0, 40]),
    expected: { said: ['empty first'] },
  },
  {
    name: 'empty fragments all along',
    writes: fragments(saying('empty often'), [0, 0, 30, 0, 0, 30, 0]),
    expected: { said: ['empty often'] },
  },
  {
    name: 'a last fragment that is empty',
    writes: [text(saying('empty last'), { isFinal: false }), next('', true)],
    expected: { said: ['empty last'] },
  },
  {
    name: 'nothing but empty fragments is no command',
    writes: [text('', { isFinal: false }), next('', false), next('', true)],
    expected: { refused: ['invalid-frame'] },
  },
  {
    name: 'two messages in fragments, one after the other',
    writes: [...fragments(saying('one'), [30, 30]), ...fragments(saying('two'), [50])],
    expected: { said: ['one', 'two'] },
  },
  {
    name: 'a thousand fragments',
    writes: [
      Buffer.concat(
        fragments(
          sayingIn(4_000, 'of a thousand'),
          Array.from({ length: 999 }, () => 4),
        ),
      ),
    ],
    expected: { said: ['of a thousand'] },
  },
  {
    name: 'fragments of a binary message are answered once',
    writes: fragments('\0'.repeat(40), [10, 10], opcode.binary),
    expected: { refused: ['invalid-frame'] },
  },
];

const between: readonly Row[] = [
  {
    name: 'a ping between two fragments is answered at once',
    writes: interleaved(saying('with ping'), [40], () => ping('between')),
    expected: { pongs: ['between'], said: ['with ping'] },
  },
  {
    name: 'pings between all fragments',
    writes: interleaved(saying('with pings'), [20, 20, 20, 20], () => ping('p')),
    expected: { pongs: ['p', 'p', 'p', 'p'], said: ['with pings'] },
  },
  {
    name: 'a ping between fragments, all of it in one write',
    writes: [Buffer.concat(interleaved(saying('at once'), [40], () => ping('between')))],
    expected: { pongs: ['between'], said: ['at once'] },
  },
  {
    name: 'a ping between fragments, byte by byte',
    writes: chopped(Buffer.concat(interleaved(saying('bytes'), [40], () => ping('between'))), 1),
    expected: { pongs: ['between'], said: ['bytes'] },
  },
  {
    name: 'a pong between fragments changes nothing',
    writes: interleaved(saying('with pong'), [40], () => pong('x')),
    expected: { said: ['with pong'] },
  },
  {
    name: 'a ping before the first and after the last fragment',
    writes: [ping('a'), ...fragments(saying('around'), [40]), ping('b')],
    expected: { pongs: ['a', 'b'], said: ['around'] },
  },
  {
    name: 'a message that is begun and waits',
    writes: [text(saying('later'), { isFinal: false })],
    expected: {},
    isUnfinished: true,
  },
];

const wrong: readonly Row[] = [
  { name: 'a ping in fragments', writes: [ping('x', { isFinal: false }), next('y', true)], expected: { end: 1002 } },
  {
    name: 'a pong in fragments',
    writes: [frameBytes({ opcode: opcode.pong, payload: 'x', isFinal: false })],
    expected: { end: 1002 },
  },
  {
    name: 'a close frame in fragments',
    writes: [frameBytes({ opcode: opcode.close, isFinal: false })],
    expected: { end: 1002 },
  },
  { name: 'a continuation of nothing, last', writes: [next('x', true)], expected: { end: 1002 } },
  { name: 'a continuation of nothing, not last', writes: [next('x', false)], expected: { end: 1002 } },
  { name: 'an empty continuation of nothing', writes: [next('', true)], expected: { end: 1002 } },
  {
    name: 'a continuation of nothing, then a message',
    writes: [Buffer.concat([next('x', true), text(saying('unread'))])],
    expected: { end: 1002 },
  },
  {
    name: 'a continuation behind a whole message',
    before: [text(saying('whole'))],
    writes: [next('x', true)],
    expected: { said: ['whole'], end: 1002 },
  },
  {
    name: 'a continuation behind the last fragment',
    before: [Buffer.concat(fragments(saying('done'), [40]))],
    writes: [next('x', true)],
    expected: { said: ['done'], end: 1002 },
  },
  {
    name: 'a new message within another',
    writes: [text('{"id":1,', { isFinal: false }), text(saying('unread'))],
    expected: { end: 1002 },
  },
  {
    name: 'the first fragment of a message within another',
    writes: [text('{"id":1,', { isFinal: false }), text('{"id":2,', { isFinal: false })],
    expected: { end: 1002 },
  },
  {
    name: 'a binary message within a text',
    writes: [text('{"id":1,', { isFinal: false }), frameBytes({ opcode: opcode.binary, payload: 'x' })],
    expected: { end: 1002 },
  },
  {
    name: 'fragments that are too large together',
    writes: fragments(Buffer.alloc(limits.frameBytesMax + 1, ' '), [40_000]),
    expected: { end: 1009 },
  },
  {
    name: 'fragments without end are cut off at the limit',
    writes: [
      text(' '.repeat(16_384), { isFinal: false }),
      ...Array.from({ length: 5 }, () => next(' '.repeat(16_384), false)),
    ],
    expected: { end: 1009 },
  },
];

/** 5.x: messages in several frames. */
export const fragmentation = group(5, 'fragmentation', [...whole, ...between, ...wrong]);
