import { limits } from '@parley/protocol';
import { group, saying, sayingIn, type ConformanceCase } from './conformance-case.ts';
import { chopped, frameBytes, opcode, text } from './frame-bytes.ts';

type Row = Omit<ConformanceCase, 'id'>;

const sizes = [300, 400, 1_024, 8_192, 32_768, 65_534, 65_535, limits.frameBytesMax] as const;

const ofSize = (bytes: number): Row => ({
  name: `a text frame of ${bytes} bytes`,
  writes: [text(sayingIn(bytes, `of ${bytes}`))],
  expected: { said: [`of ${bytes}`] },
});

const inWrites = (size: number): Row => ({
  name: `a text frame that comes ${size} bytes at a time`,
  writes: chopped(text(saying(`by ${size}`)), size),
  expected: { said: [`by ${size}`] },
});

const unreadable = (name: string, bytes: Uint8Array): Row => ({
  name,
  writes: [bytes],
  expected: { refused: ['invalid-frame'] },
});

const binary = (bytes: number): Row =>
  unreadable(
    `a binary frame of ${bytes} bytes is answered with an error`,
    frameBytes({ opcode: opcode.binary, payload: Buffer.alloc(bytes, 0xfe) }),
  );

const lengths: readonly Row[] = [
  {
    name: 'a length that would have fitted one byte, in three',
    writes: [frameBytes({ opcode: opcode.ping, payload: 'x' }), text(saying('short'), { lengthBytes: 3 })],
    expected: { pongs: ['x'], said: ['short'] },
  },
  {
    name: 'a length that would have fitted one byte, in nine',
    writes: [text(saying('short'), { lengthBytes: 9 })],
    expected: { end: 1002 },
    deviation: {
      outcome: { said: ['short'] },
      because:
        'The runtime reads any of the three forms. Only a sender is bound to the shortest; what is read is the same.',
    },
  },
  {
    name: 'a length whose highest bit is set',
    writes: [text('', { lengthBytes: 9, declared: 1n << 63n })],
    expected: { end: 1002 },
    deviation: {
      outcome: { end: 1009 },
      because: 'The runtime finds it too large before it finds it negative; the connection fails all the same.',
    },
  },
  {
    name: 'a declared terabyte',
    writes: [text('', { lengthBytes: 9, declared: 1n << 40n })],
    expected: { end: 1009 },
  },
  {
    name: 'a declared gigabyte of which nothing comes',
    writes: [text('', { lengthBytes: 9, declared: 1n << 30n })],
    expected: { end: 1009 },
  },
  {
    name: 'one byte more than a frame may have',
    writes: [text(Buffer.alloc(limits.frameBytesMax + 1, ' '))],
    expected: { end: 1009 },
  },
];

const masks: readonly Row[] = [
  { name: 'no mask', writes: [text(saying('unread'), { key: undefined })], expected: { end: 1002 } },
  {
    name: 'a ping without a mask',
    writes: [frameBytes({ opcode: opcode.ping, key: undefined })],
    expected: { end: 1002 },
  },
  {
    name: 'a close frame without a mask',
    writes: [frameBytes({ opcode: opcode.close, key: undefined })],
    expected: { end: 1002 },
  },
  { name: 'a mask of zeros', writes: [text(saying('zeros'), { key: [0, 0, 0, 0] })], expected: { said: ['zeros'] } },
  {
    name: 'a mask of ones',
    writes: [text(saying('ones'), { key: [255, 255, 255, 255] })],
    expected: { said: ['ones'] },
  },
  {
    name: 'another mask for each frame',
    writes: [text(saying('first'), { key: [1, 2, 3, 4] }), text(saying('second'), { key: [9, 8, 7, 6] })],
    expected: { said: ['first', 'second'] },
  },
  {
    name: 'a good frame, then one without a mask',
    before: [text(saying('good'))],
    writes: [text(saying('unread'), { key: undefined })],
    expected: { said: ['good'], end: 1002 },
  },
];

/** 1.x: frames of every size, however their bytes come. */
export const framing = group(1, 'framing', [
  unreadable('an empty text frame is no command', text('')),
  unreadable('an empty text frame in nine bytes of length', text('', { lengthBytes: 9 })),
  ...[125, 126, 127, 128].map((bytes) => unreadable(`${bytes} bytes that are no command`, text(' '.repeat(bytes)))),
  ...sizes.map(ofSize),
  ...[1, 2, 3, 7, 100].map(inWrites),
  {
    name: 'twenty frames in one write, in their order',
    writes: [Buffer.concat(Array.from({ length: 20 }, (_, index) => text(saying(`no. ${index}`))))],
    expected: { said: Array.from({ length: 20 }, (_, index) => `no. ${index}`) },
  },
  ...[0, 1, 125, 126, 65_535, limits.frameBytesMax].map(binary),
  {
    name: 'text, binary, text: the texts are taken',
    writes: [text(saying('before')), frameBytes({ opcode: opcode.binary, payload: 'x' }), text(saying('behind'))],
    expected: { said: ['before', 'behind'], refused: ['invalid-frame'] },
  },
  ...lengths,
  ...masks,
]);
