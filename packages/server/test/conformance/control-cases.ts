import { group, saying, type ConformanceCase } from './conformance-case.ts';
import { chopped, frameBytes, fragments, opcode, ping, pong, text } from './frame-bytes.ts';

type Row = Omit<ConformanceCase, 'id'>;

const answered = (name: string, payload: string): Row => ({
  name,
  writes: [ping(Buffer.from(payload, 'latin1'))],
  expected: { pongs: [payload] },
});

/** 2.x: each ping is answered with its own payload, and no pong ever is. */
export const pings = group(2, 'pings and pongs', [
  answered('a ping without a payload', ''),
  answered('a ping with a payload', 'Hello'),
  answered('a ping whose payload is no text', '\x00\xff\xfe\xfd\xfc\xfb\x00\xff'),
  answered('a ping of 124 bytes', 'x'.repeat(124)),
  answered('a ping of 125 bytes', '\xfe'.repeat(125)),
  { name: 'a ping of 126 bytes', writes: [ping('x'.repeat(126))], expected: { end: 1002 } },
  { name: 'a ping whose length takes three bytes', writes: [ping('x', { lengthBytes: 3 })], expected: { end: 1002 } },
  { name: 'a ping that declares 65,535 bytes', writes: [ping('', { declared: 65_535n })], expected: { end: 1002 } },
  {
    name: 'a ping of 125 bytes, byte by byte',
    writes: chopped(ping('x'.repeat(125)), 1),
    expected: { pongs: ['x'.repeat(125)] },
  },
  { name: 'a pong nobody asked for', writes: [pong()], expected: {} },
  { name: 'a pong with a payload nobody asked for', writes: [pong('unasked')], expected: {} },
  {
    name: 'a pong nobody asked for, then a ping',
    writes: [pong('unasked'), ping('asked')],
    expected: { pongs: ['asked'] },
  },
  { name: 'a pong of 126 bytes', writes: [pong('x'.repeat(126))], expected: { end: 1002 } },
  {
    name: 'ten pings in ten writes',
    writes: Array.from({ length: 10 }, (_, index) => ping(`ping ${index}`)),
    expected: { pongs: Array.from({ length: 10 }, (_, index) => `ping ${index}`) },
  },
  {
    name: 'ten pings in one write',
    writes: [Buffer.concat(Array.from({ length: 10 }, (_, index) => ping(`ping ${index}`)))],
    expected: { pongs: Array.from({ length: 10 }, (_, index) => `ping ${index}`) },
  },
  {
    name: 'ten pings, three bytes at a time',
    writes: chopped(Buffer.concat(Array.from({ length: 10 }, (_, index) => ping(`ping ${index}`))), 3),
    expected: { pongs: Array.from({ length: 10 }, (_, index) => `ping ${index}`) },
  },
  {
    name: 'a thousand pings beside a message',
    writes: [Buffer.concat(Array.from({ length: 1_000 }, () => ping('p'))), text(saying('beside pings'))],
    expected: { pongs: Array.from({ length: 1_000 }, () => 'p'), said: ['beside pings'] },
  },
]);

const frames: readonly (readonly [string, (reserved: number) => Uint8Array])[] = [
  ['a text frame', (reserved) => text(saying('unread'), { reserved })],
  ['a binary frame', (reserved) => frameBytes({ opcode: opcode.binary, payload: 'x', reserved })],
  ['a ping', (reserved) => ping('x', { reserved })],
  ['a pong', (reserved) => frameBytes({ opcode: opcode.pong, reserved })],
  ['a close frame', (reserved) => frameBytes({ opcode: opcode.close, reserved })],
];

/** 3.x: no extension is agreed on, so none of the reserved bits means anything. */
export const reservedBits = group(3, 'reserved bits', [
  ...frames.flatMap(([name, made]): Row[] =>
    [1, 2, 3, 4, 5, 6, 7].map((reserved) => ({
      name: `${name} with the reserved bits ${reserved.toString(2).padStart(3, '0')}`,
      writes: [made(reserved)],
      expected: { end: 1002 },
    })),
  ),
  {
    name: 'a continuation with a reserved bit',
    writes: [
      text('{"id":', { isFinal: false }),
      frameBytes({ opcode: opcode.continuation, payload: '1}', reserved: 4 }),
    ],
    expected: { end: 1002 },
  },
  {
    name: 'a good frame, then one with a reserved bit',
    before: [text(saying('good'))],
    writes: [text(saying('unread'), { reserved: 2 })],
    expected: { said: ['good'], end: 1002 },
  },
  {
    name: 'a good frame behind a bad one is not read',
    writes: [Buffer.concat([text(saying('unread'), { reserved: 1 }), text(saying('unread'))])],
    expected: { end: 1002 },
  },
]);

const undefinedOpcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as const;

/** 4.x: opcodes the RFC keeps for later. */
export const opcodes = group(4, 'opcodes', [
  ...undefinedOpcodes.flatMap((kind): Row[] => [
    { name: `opcode ${kind} without a payload`, writes: [frameBytes({ opcode: kind })], expected: { end: 1002 } },
    {
      name: `opcode ${kind} with a payload`,
      writes: [frameBytes({ opcode: kind, payload: saying('unread') })],
      expected: { end: 1002 },
    },
  ]),
  {
    name: 'a good frame, then an undefined opcode',
    before: [text(saying('good'))],
    writes: [frameBytes({ opcode: 5, payload: 'x' })],
    expected: { said: ['good'], end: 1002 },
  },
  {
    name: 'an undefined opcode between fragments',
    writes: [fragments(saying('cut'), [20])[0]!, frameBytes({ opcode: 3 })],
    expected: { end: 1002 },
  },
]);
