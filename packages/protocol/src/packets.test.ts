import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ParleyError } from './errors.ts';
import { encodePacket, PacketDecoder, packetLimits, type PacketVersion } from './packets.ts';

const version = fc.constantFrom<PacketVersion>('v1', 'v2');
const text = fc.string({ unit: 'grapheme', maxLength: 200 });

describe('packets', () => {
  test('whatever is encoded is decoded again, however the bytes are split or stuck together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(version, text), { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 97 })),
        (sent, sizes) => {
          const stream = joined(sent.map(([framing, payload]) => encodePacket(framing, payload)));
          expect(decodeInChunks(stream, sizes)).toEqual(sent.map(([, payload]) => payload));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('one byte at a time is enough, and the framing of the last packet is known', () => {
    const decoder = new PacketDecoder();
    const stream = joined([encodePacket('v1', '{"op":6}'), encodePacket('v2', '你好'), encodePacket('v1', '')]);
    const seen: (string | undefined)[] = [];
    for (const byte of stream)
      for (const payload of decoder.push(Uint8Array.of(byte))) seen.push(decoder.version, payload);
    expect(seen).toEqual(['v1', '{"op":6}', 'v2', '你好', 'v1', '']);
    expect(decoder.waitingBytes).toBe(0);
  });

  test('the length of v1 counts the header, that of v2 the payload only', () => {
    expect([...encodePacket('v1', 'ab')]).toEqual([0x76, 0x31, 0, 6, 0x61, 0x62]);
    expect([...encodePacket('v2', 'ab')]).toEqual([0x76, 0x32, 0, 0, 0, 2, 0x61, 0x62]);
  });

  test('seed: the longest v1 packet keeps the framing, and a longer one is refused instead of breaking it', () => {
    const longest = 'x'.repeat(packetLimits.v1BytesMax - 4);
    const decoder = new PacketDecoder();
    expect(decoder.push(joined([encodePacket('v1', longest), encodePacket('v1', 'after')]))).toEqual([
      longest,
      'after',
    ]);
    for (const bytes of [32_764, 32_767, 40_000, 65_536])
      expect(codeOf(() => encodePacket('v1', 'x'.repeat(bytes)))).toBe('frame-too-large');
    expect(decoder.push(encodePacket('v2', 'x'.repeat(32_764)))).toEqual(['x'.repeat(32_764)]);
    expect(codeOf(() => encodePacket('v2', 'x'.repeat(packetLimits.v2ServerPayloadBytesMax + 1)))).toBe(
      'frame-too-large',
    );
  });

  test('the server’s packets may be larger than a client’s, for a decoder that expects them', () => {
    const page = encodePacket('v2', 'x'.repeat(65_537));
    expect(codeOf(() => new PacketDecoder().push(page))).toBe('frame-too-large');
    expect(new PacketDecoder(packetLimits.v2ServerPayloadBytesMax).push(page)).toEqual(['x'.repeat(65_537)]);
  });

  test.each([
    ['five bytes of the seed’s crash', [0x76, 0x31, 0xff, 0xff, 0x00], 'invalid-frame'],
    ['length 0', [0x76, 0x31, 0, 0], 'invalid-frame'],
    ['a length below the header’s', [0x76, 0x31, 0, 3], 'invalid-frame'],
    ['the most negative length', [0x76, 0x31, 0x80, 0], 'invalid-frame'],
    ['an unknown first byte', [0x77], 'invalid-frame'],
    ['an unknown version', [0x76, 0x33], 'invalid-frame'],
    ['a declared gigabyte', [0x76, 0x32, 0x40, 0, 0, 0], 'frame-too-large'],
    ['one byte more than the maximum', [0x76, 0x32, 0, 1, 0, 1], 'frame-too-large'],
    ['bytes that are no UTF-8', [0x76, 0x31, 0, 6, 0xc3, 0x28], 'invalid-frame'],
  ])('seed: %s is refused, and so is all that follows', (_what, bytes, code) => {
    const decoder = new PacketDecoder();
    expect(codeOf(() => decoder.push(Uint8Array.from(bytes)))).toBe(code);
    expect(codeOf(() => decoder.push(encodePacket('v1', 'good')))).toBe(code);
    expect(codeOf(() => decoder.check())).toBe(code);
    expect(decoder.waitingBytes).toBe(0);
  });

  test('packets before an error in the same chunk are answered, and the error comes after them', () => {
    const decoder = new PacketDecoder();
    expect(decoder.push(joined([encodePacket('v1', 'good'), Uint8Array.of(0x76, 0x31, 0, 0)]))).toEqual(['good']);
    expect(codeOf(() => decoder.check())).toBe('invalid-frame');
  });

  test('a large packet that comes slowly is copied a constant number of times and let go', () => {
    const decoder = new PacketDecoder();
    const payload = 'x'.repeat(65_536);
    const stream = encodePacket('v2', payload);
    let got: readonly string[] = [];
    for (let at = 0; at < stream.length; at += 3) got = decoder.push(stream.subarray(at, at + 3));
    expect(got).toEqual([payload]);
    expect(decoder.waitingBytes).toBe(0);
  });

  test('a declared length allocates nothing before the bytes come', () => {
    const decoders = Array.from({ length: 10_000 }, () => new PacketDecoder());
    const before = process.memoryUsage().arrayBuffers;
    for (const decoder of decoders) decoder.push(Uint8Array.of(0x76, 0x32, 0, 1, 0, 0, 0x41));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000 * 1_024);
  });
});

function decodeInChunks(stream: Uint8Array, sizes: Iterable<number>): readonly string[] {
  const decoder = new PacketDecoder();
  const texts: string[] = [];
  let at = 0;
  for (const size of sizes) {
    texts.push(...decoder.push(stream.subarray(at, at + size)));
    at += size;
    if (at >= stream.length) return texts;
  }
  return texts;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function codeOf(work: () => unknown): unknown {
  try {
    work();
    return 'nothing';
  } catch (error) {
    return error instanceof ParleyError ? error.code : error;
  }
}
