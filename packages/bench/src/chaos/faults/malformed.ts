import { clientFrame, RawWebSocket } from '@parley/server/test/connect/raw-websocket.ts';
import { RawSocket } from '@parley/server/test/connect/raw-socket.ts';
import type { Entrance } from '../deployment/deployment.ts';
import type { Random } from '../random.ts';
import type { Strike } from './strike.ts';

/** The server has to be rid of a vandal within this; who never signs in is given ten seconds. */
const endsWithinMs = 15_000;
const gigabyte = 0x4000_0000;
/** More than may be wrong before a socket is closed. */
const badFrames = 25;

/** A connection that behaves badly. Resolves when it has done its worst; the server is to end it. */
type Vandal = (entrance: Entrance, random: Random) => Promise<RawSocket>;

const binaryOpcode = 2;
const textOpcode = 1;
const finBit = 0x80;

async function framed(entrance: Entrance, ...frames: readonly Uint8Array[]): Promise<RawSocket> {
  const { socket } = await RawWebSocket.open(entrance.socket);
  for (const frame of frames) socket.write(frame);
  return socket;
}

async function packets(entrance: Entrance, ...bytes: readonly Uint8Array[]): Promise<RawSocket> {
  const socket = await RawSocket.open(entrance.tcp);
  for (const part of bytes) socket.write(part);
  return socket;
}

const noise = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random.below(256)));
const text = (value: string): Buffer => clientFrame(textOpcode, Buffer.from(value));
const header64 = (bytes: number): Buffer => {
  const header = Buffer.from([finBit | textOpcode, finBit | 127, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
  header.writeUInt32BE(bytes, 6);
  return header;
};

const webSocketVandals: readonly Vandal[] = [
  (entrance) => framed(entrance, clientFrame(textOpcode, Buffer.from('{}'), { isMasked: false })),
  (entrance) => framed(entrance, clientFrame(textOpcode, Buffer.from('{}'), { first: 0xf1 })),
  (entrance) => framed(entrance, clientFrame(11, Buffer.from('x'))),
  (entrance) => framed(entrance, clientFrame(textOpcode, Buffer.from([0xff, 0xfe, 0xc0]))),
  (entrance) => framed(entrance, ...Array.from({ length: badFrames }, () => text('[not a command'))),
  (entrance) =>
    framed(entrance, ...Array.from({ length: badFrames }, () => clientFrame(binaryOpcode, Buffer.from('?')))),
  (entrance, random) => framed(entrance, Buffer.concat([Buffer.from([0x8f, 0xff]), noise(random, 500)])),
];

const tcpVandals: readonly Vandal[] = [
  (entrance) => packets(entrance, Buffer.from([0x76, 0x31, 0xff, 0xff, 0x00])),
  (entrance) => packets(entrance, Buffer.from([0x76, 0x31, 0x00, 0x00])),
  (entrance) => packets(entrance, Buffer.from('GET / HTTP/1.1\r\n\r\n')),
  (entrance) => packets(entrance, Buffer.from([0x76, 0x32, 0, 0, 0, 3, 0xff, 0xfe, 0xfd])),
  (entrance, random) => packets(entrance, Buffer.concat([Buffer.from('v9'), noise(random, 1_000)])),
];

const oversizeVandals: readonly Vandal[] = [
  (entrance) => framed(entrance, header64(gigabyte), Buffer.alloc(1_000)),
  (entrance) => packets(entrance, Buffer.from([0x76, 0x32, 0x40, 0, 0, 0]), Buffer.alloc(1_000)),
  (entrance) => framed(entrance, text('x'.repeat(70_000))),
  (entrance) =>
    framed(
      entrance,
      ...Array.from({ length: 40 }, (_, index) =>
        clientFrame(0, Buffer.alloc(2_000, 0x20), { first: index === 0 ? 1 : 0 }),
      ),
    ),
];

const slowVandals: readonly Vandal[] = [
  (entrance) => framed(entrance),
  (entrance) => packets(entrance),
  (entrance) => packets(entrance, Buffer.from('v2')),
  async (entrance) => {
    const socket = await RawSocket.open(entrance.socket);
    socket.write('GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr');
    return socket;
  },
];

const kinds = [
  { class: 'F13', name: 'malformed WebSocket frames', vandals: webSocketVandals },
  { class: 'F14', name: 'malformed TCP packets', vandals: tcpVandals },
  { class: 'F15', name: 'oversize, declared 1 GB, endless fragments', vandals: oversizeVandals },
  { class: 'F16', name: 'slow handshakes, never signing in', vandals: slowVandals },
] as const;

/** F13 to F16: clients that break the rules. Each has to be sent away, and nobody else may notice. */
export function vandalism(random: Random): Strike[] {
  return kinds.map((kind) => ({
    class: kind.class,
    name: kind.name,
    lane: 'edge',
    happen: async ({ deployment, devices, random: dice }) => {
      const entrance = random.pick(deployment.entrances);
      const ends = await Promise.all(kind.vandals.map((vandal) => endOf(vandal, entrance, dice)));
      const staying = ends.indexOf('kept');
      if (staying >= 0) throw new Error(`The server keeps vandal ${staying + 1} of ${ends.length}.`);
      return { hits: ends.filter((end) => end === 'sent away').length, affected: devices };
    },
  }));
}

/** Who finds no server did nothing to it. */
async function endOf(vandal: Vandal, entrance: Entrance, random: Random): Promise<'absent' | 'sent away' | 'kept'> {
  const socket = await vandal(entrance, random).catch(() => undefined);
  if (socket === undefined) return 'absent';
  const end = await Promise.race([
    socket.closed.then(() => 'sent away' as const),
    Bun.sleep(endsWithinMs).then(() => 'kept' as const),
  ]);
  socket.destroy();
  return end;
}
