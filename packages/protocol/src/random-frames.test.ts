import { expect, test } from 'bun:test';
import { ParleyError } from './errors.ts';
import { decodeCommand, decodeServerFrame } from './frames.ts';
import { encodePacket, PacketDecoder } from './packets.ts';

const frames = 1_000_000;
const timeout = { timeout: 120_000 };
const bytes = crypto.getRandomValues(new Uint8Array(65_536));
/** Latin letters, digits and JSON’s own signs, so that many frames are almost right. */
const signs = [...bytes].map((byte) => '{}[]":,0123456789.eE+-truefalsnid commpart\\u\n\u{1F642}é'[byte % 52]).join('');
const starts = [
  '',
  '{',
  '{"id":1,',
  '{"id":1,"command":"',
  '[',
  '{"push":"',
  '{"id":',
  '{"id":1,"command":"x","params":',
];

test('F13 a million random texts through the frame decoders end in a frame or a ParleyError', timeout, () => {
  expectMemoryFlat((index) => {
    const start = starts[index % starts.length] as string;
    const at = (index * 31) % (signs.length - 64);
    attempt(() => decodeCommand(start + signs.slice(at, at + (index % 48))));
    if (index % 4 === 0) attempt(() => decodeServerFrame(start + signs.slice(at, at + (index % 48))));
  });
});

test('F14 a million random packets of each framing end in texts or a ParleyError', timeout, () => {
  const packet = new Uint8Array(64);
  expectMemoryFlat((index) => {
    const at = (index * 37) % (bytes.length - packet.length);
    const size = 1 + (index % 60);
    packet.set(bytes.subarray(at, at + size));
    // Three of four begin as packets do, with small lengths, so that the payload is reached as well.
    if (index % 4 > 0) packet.set([0x76, 0x31 + (index % 2), 0, index % 64]);
    if (index % 4 === 3) packet.set([0x76, 0x32, 0, 0, 0, index % 64]);
    const decoder = new PacketDecoder();
    attempt(() => decoder.push(packet.subarray(0, size)));
    attempt(() => decoder.push(packet.subarray(0, size)));
  });
});

test('F11 random bytes after good packets never disturb what came before them', () => {
  const good = encodePacket('v1', 'good');
  for (let round = 0; round < 20_000; round++) {
    const decoder = new PacketDecoder();
    const at = (round * 41) % (bytes.length - 32);
    expect(decoder.push(good)).toEqual(['good']);
    attempt(() => decoder.push(bytes.subarray(at, at + (round % 32))));
  }
});

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
  }
}

/** Runs it a million times; the second half must not need more than the first left. */
function expectMemoryFlat(work: (index: number) => void): void {
  for (let index = 0; index < frames / 2; index++) work(index);
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  for (let index = frames / 2; index < frames; index++) work(index);
  Bun.gc(true);
  expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1_048_576);
}
