import { limits, packetLimits } from '@parley/protocol';

/** What came back over TCP, in order, and whether the connection was ended. */
export interface PacketOutcome {
  /** `answer` for what was understood, or the code of an error. */
  readonly heard: readonly string[];
  readonly isEnded: boolean;
}

/** Bytes on a TCP connection of one framing, and what must come of them. */
export interface PacketCase {
  readonly id: string;
  readonly name: string;
  readonly framing: 'v1' | 'v2';
  /** Signs in first; otherwise the very first bytes are these. */
  readonly isSignedIn: boolean;
  readonly writes: readonly Uint8Array[];
  readonly outcome: PacketOutcome;
}

type Row = readonly [name: string, writes: readonly Uint8Array[], outcome: PacketOutcome];

const bytes = (...values: readonly (number | string)[]): Buffer =>
  Buffer.concat(values.map((value) => (typeof value === 'string' ? Buffer.from(value) : Buffer.from([value]))));

const ends = (...heard: readonly string[]): PacketOutcome => ({ heard, isEnded: true });
const stays = (...heard: readonly string[]): PacketOutcome => ({ heard, isEnded: false });

const v1 = (payload: string | Uint8Array): Buffer => {
  const body = Buffer.from(payload);
  const head = Buffer.from('v1\0\0');
  head.writeUInt16BE(body.length + 4, 2);
  return Buffer.concat([head, body]);
};
const v2 = (payload: string | Uint8Array): Buffer => {
  const body = Buffer.from(payload);
  const head = Buffer.from('v2\0\0\0\0');
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
};
const each = (whole: Uint8Array, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    Buffer.from(whole.subarray(index * size, (index + 1) * size)),
  );

const ping = '{"id":7,"command":"session.get","params":{}}';
const say = '{"op":3,"roomId":1,"msg":"over tcp"}';
const noUtf8: readonly (readonly [string, readonly number[]])[] = [
  ['a continuation byte alone', [0x80]],
  ['a start of two bytes before a letter', [0xc3, 0x28]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['above the last of Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ['ff and fe', [0xff, 0xfe]],
  ['a character that is not whole', [0xf0, 0x9f, 0x92]],
];

/** Wrong before any packet is whole: the same for strangers and signed in, for either framing. */
const unreadable: readonly Row[] = [
  ['an unknown first letter', [bytes('w')], ends('invalid-frame')],
  ['an unknown version', [bytes('v3', 0, 6)], ends('invalid-frame')],
  ['a version in capitals', [bytes('V2', 0, 0, 0, 2)], ends('invalid-frame')],
  ['nulls', [Buffer.alloc(64)], ends('invalid-frame')],
  ['an HTTP request', [bytes('GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n')], ends('invalid-frame')],
  ['a TLS hello', [bytes(0x16, 0x03, 0x01, 0x02, 0x00, 0x01)], ends('invalid-frame')],
  ['a WebSocket frame', [bytes(0x81, 0x82, 1, 2, 3, 4, 5, 6)], ends('invalid-frame')],
  ['the five bytes that stopped the seed', [bytes('v1', 0xff, 0xff, 0)], ends('invalid-frame')],
  ['v1 of length 0', [bytes('v1', 0, 0)], ends('invalid-frame')],
  ['v1 of length 1', [bytes('v1', 0, 1)], ends('invalid-frame')],
  ['v1 one byte shorter than its header', [bytes('v1', 0, 3, '{')], ends('invalid-frame')],
  ['v1 of the most negative length', [bytes('v1', 0x80, 0)], ends('invalid-frame')],
  ['v1 of length -2', [bytes('v1', 0xff, 0xfe)], ends('invalid-frame')],
  ['v2 that says 4 GB', [bytes('v2', 255, 255, 255, 255)], ends('frame-too-large')],
  ['v2 that says 1 GB', [bytes('v2', 0x40, 0, 0, 0)], ends('frame-too-large')],
  ['v2 one byte above the limit', [bytes('v2', 0, 1, 0, 1)], ends('frame-too-large')],
  ['a wrong version in single bytes', each(bytes('v9', 0, 0), 1), ends('invalid-frame')],
  ...noUtf8.map(([name, values]): Row => [`v1, no UTF-8: ${name}`, [v1(Buffer.from(values))], ends('invalid-frame')]),
  ...noUtf8.map(([name, values]): Row => [`v2, no UTF-8: ${name}`, [v2(Buffer.from(values))], ends('invalid-frame')]),
];

const notJson = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '1e999',
  '{"id":1',
  '\u0000',
  '{"id":1}}',
  "{'id':1}",
  'x'.repeat(1_000),
];

/** Readable packets of our clients, signed in. */
const ours: readonly Row[] = [
  ...notJson.map((text): Row => [
    `no command: ${JSON.stringify(text.slice(0, 20))}`,
    [v2(text)],
    stays('invalid-frame'),
  ]),
  ['a command', [v2(ping)], stays('answer')],
  ['a command byte by byte', each(v2(ping), 1), stays('answer')],
  ['two commands in one write', [Buffer.concat([v2(ping), v2(ping)])], stays('answer', 'answer')],
  [
    'the end of one and the begin of the next together',
    each(Buffer.concat([v2(ping), v2(ping)]), 40),
    stays('answer', 'answer'),
  ],
  ['a payload of as many bytes as may be', [v2(ping.padEnd(packetLimits.v2PayloadBytesMax))], stays('answer')],
  ['the other framing within the connection is read, and answered in the first', [v1(ping)], stays('answer')],
  ['an unknown command', [v2('{"id":1,"command":"no.such","params":{}}')], stays('unknown-command')],
  ['a command, then garbage: the command is answered', [Buffer.concat([v2(ping), bytes('zz')])], ends('invalid-frame')],
  ['half a packet that waits', [v2(ping).subarray(0, 20)], stays()],
  ['a header that waits', [bytes('v2', 0, 0)], stays()],
  [
    'nineteen that nobody can read',
    [Buffer.concat(Array.from({ length: 19 }, () => v2('}')))],
    stays(...Array.from({ length: 19 }, () => 'invalid-frame')),
  ],
  [
    'the twentieth ends it',
    [Buffer.concat(Array.from({ length: 20 }, () => v2('}')))],
    ends(...Array.from({ length: 20 }, () => 'invalid-frame')),
  ],
];

/** Readable packets of the seed's clients, signed in. */
const seeds: readonly Row[] = [
  ...notJson.map((text): Row => [`no frame: ${JSON.stringify(text.slice(0, 20))}`, [v1(text)], stays('invalid-frame')]),
  ['a message', [v1(say)], stays('answer')],
  ['a message byte by byte', each(v1(say), 1), stays('answer')],
  ['two messages in one write', [Buffer.concat([v1(say), v1(say)])], stays('answer', 'answer')],
  ['a message without a room', [v1('{"op":3,"msg":"x"}')], stays('invalid-frame')],
  ['a room that is no number', [v1('{"op":3,"roomId":"x","msg":"x"}')], stays('invalid-frame')],
  ['a room below 1', [v1('{"op":3,"roomId":0,"msg":"x"}')], stays('invalid-frame')],
  ['a room beyond every number', [v1('{"op":3,"roomId":1e300,"msg":"x"}')], stays('invalid-frame')],
  ['a message that is no text', [v1('{"op":3,"roomId":1,"msg":{"a":1}}')], stays('invalid-frame')],
  ['a message that is empty', [v1('{"op":3,"roomId":1,"msg":""}')], stays('invalid-params')],
  ['an unknown op', [v1('{"op":99,"roomId":1}')], stays('unknown-command')],
  ['an op that is no number', [v1('{"op":"3","roomId":1}')], stays('invalid-frame')],
  ['forbidden keys', [v1('{"__proto__":{"roomId":1},"op":3}')], stays('invalid-frame')],
  ['the longest packet there is', [v1(say.padEnd(packetLimits.v1BytesMax - 4))], stays('answer')],
  ['half a packet that waits', [v1(say).subarray(0, 10)], stays()],
  [
    'a message, then garbage: the garbage ends it',
    [Buffer.concat([v1(''), bytes('v1', 0, 0)])],
    ends('invalid-frame', 'invalid-frame'),
  ],
];

/** What strangers send that can be read. */
const strange: readonly (readonly ['v1' | 'v2', Row])[] = [
  ['v2', ['a command before the sign-in', [v2(ping)], stays('unauthenticated')]],
  [
    'v2',
    [
      'a token nobody has',
      [v2('{"id":1,"command":"session.hello","params":{"token":"nobody"}}')],
      stays('unauthenticated'),
    ],
  ],
  ['v2', ['as many bytes as may be', [v2(' '.repeat(limits.frameBytesMax))], stays('invalid-frame')]],
  ['v1', ['a message before the sign-in', [v1(say)], ends('unauthenticated')]],
  ['v1', ['a token nobody has', [v1('{"op":6,"authToken":"nobody","roomId":1}')], ends('unauthenticated')]],
  ['v1', ['a token of the seed’s cache', [v1('{"op":6,"authToken":"map_1","roomId":1}')], ends('unauthenticated')]],
  ['v1', ['no frame', [v1('{')], ends('invalid-frame')]],
];

const caseOf = (framing: 'v1' | 'v2', isSignedIn: boolean, [name, writes, outcome]: Row): Omit<PacketCase, 'id'> => ({
  framing,
  isSignedIn,
  writes,
  // A stranger's connection speaks no framing yet in which it could be told anything.
  outcome: isSignedIn || outcome.heard.length === 0 || !unreadable.some(([known]) => known === name) ? outcome : ends(),
  name: `${framing}, ${isSignedIn ? 'signed in' : 'a stranger'}: ${name}`,
});

/** Both framings of TCP: malformed packets of strangers and of people, and the good ones next to them. */
export const packetCases: readonly PacketCase[] = [
  ...unreadable.map((row) => caseOf('v2', false, row)),
  ...unreadable.map((row) => caseOf('v2', true, row)),
  ...unreadable.map((row) => caseOf('v1', true, row)),
  ...strange.map(([framing, row]) => caseOf(framing, false, row)),
  ...ours.map((row) => caseOf('v2', true, row)),
  ...seeds.map((row) => caseOf('v1', true, row)),
].map((row, index) => ({ id: `T.${index + 1}`, ...row }));

/** What signs in: a message behind it, or its own answer, shows that it is done. */
export function signInPackets(framing: 'v1' | 'v2', token: string): Uint8Array {
  if (framing === 'v2') return v2(JSON.stringify({ id: 1_000_001, command: 'session.hello', params: { token } }));
  return Buffer.concat([v1(JSON.stringify({ op: 6, authToken: token, roomId: 1 })), v1(say)]);
}
