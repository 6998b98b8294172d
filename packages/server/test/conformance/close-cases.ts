import { group, saying, type ConformanceCase } from './conformance-case.ts';
import { chopped, close, frameBytes, fragments, opcode, ping, text } from './frame-bytes.ts';

type Row = Omit<ConformanceCase, 'id'>;

/** Codes an endpoint may send: RFC 6455 §7.4 and IANA’s registry, then those of libraries and applications. */
const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014] as const;
const ofPrograms = [3000, 3001, 3999, 4000, 4001, 4400, 4504, 4999] as const;
/** Never on the wire, not defined, or out of every range. */
const invalidCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 65_535] as const;

const handshake: readonly Row[] = [
  { name: 'a close frame without a code', writes: [close()], expected: { end: 1005 } },
  { name: 'a close frame with a code only', writes: [close(1000)], expected: { end: 1000 } },
  { name: 'a close frame with a reason', writes: [close(1000, 'done')], expected: { end: 1000 } },
  { name: 'a reason of 123 bytes', writes: [close(1000, 'x'.repeat(123))], expected: { end: 1000 } },
  { name: 'a reason of 124 bytes', writes: [close(1000, 'x'.repeat(124))], expected: { end: 1002 } },
  { name: 'a reason that is not ASCII', writes: [close(1000, '再见 👋')], expected: { end: 1000 } },
  {
    name: 'a reason that is no UTF-8',
    writes: [close(1000, Buffer.from([0xce, 0xba, 0xff]))],
    expected: { end: 1007 },
  },
  {
    name: 'a reason with a surrogate',
    writes: [close(1000, Buffer.from([0xed, 0xa0, 0x80]))],
    expected: { end: 1007 },
  },
  {
    name: 'half a code',
    writes: [frameBytes({ opcode: opcode.close, payload: Buffer.from([3]) })],
    expected: { end: 1002 },
  },
  { name: 'a close frame, byte by byte', writes: chopped(close(1000, 'slow'), 1), expected: { end: 1000 } },
  {
    name: 'a close frame whose length takes three bytes',
    writes: [frameBytes({ opcode: opcode.close, payload: Buffer.from([3, 232]), lengthBytes: 3 })],
    expected: { end: 1002 },
  },
];

const order: readonly Row[] = [
  {
    name: 'a message, then a close frame',
    before: [text(saying('last words'))],
    writes: [close(1000)],
    expected: { said: ['last words'], end: 1000 },
  },
  { name: 'a ping, then a close frame', writes: [ping('p'), close(1000)], expected: { pongs: ['p'], end: 1000 } },
  {
    name: 'a ping behind a close frame is not answered',
    writes: [Buffer.concat([close(1000), ping('late')])],
    expected: { end: 1000 },
  },
  {
    name: 'a message behind a close frame is not read',
    writes: [Buffer.concat([close(1000), text(saying('unread'))])],
    expected: { end: 1000 },
  },
  {
    name: 'a second close frame is not answered',
    writes: [Buffer.concat([close(1000), close(1001)])],
    expected: { end: 1000 },
  },
  {
    name: 'a frame that breaks the rules behind a close frame',
    writes: [Buffer.concat([close(1000), frameBytes({ opcode: 5 })])],
    expected: { end: 1000 },
  },
  {
    name: 'a close frame within a fragmented message',
    writes: [fragments(saying('unread'), [20])[0]!, close(1000)],
    expected: { end: 1000 },
  },
  {
    name: 'a close frame behind a large message',
    before: [text(' '.repeat(65_536))],
    writes: [close(1001)],
    expected: { refused: ['invalid-frame'], end: 1001 },
  },
];

/** 7.x: how connections end. */
export const closing = group(7, 'close handling', [
  ...handshake,
  ...[...validCodes, ...ofPrograms].map((code): Row => ({
    name: `the code ${code} is answered with itself`,
    writes: [close(code, `code ${code}`)],
    expected: { end: code },
  })),
  ...invalidCodes.map((code): Row => ({
    name: `the code ${code} is no code to send`,
    writes: [close(code)],
    expected: { end: 1002 },
  })),
  ...order,
]);
