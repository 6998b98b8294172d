import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { encodePacket, PacketDecoder, packetLimits } from '@parley/protocol';
import { packetCases, signInPackets, type PacketCase, type PacketOutcome } from './conformance/packet-cases.ts';
import { Witness } from './conformance/witness.ts';
import { RawSocket } from './connect/raw-socket.ts';
import { register, type Person } from './security/people.ts';
import { ServerProcess } from './server-process.ts';

const patienceMs = 5_000;
const last = {
  v1: { frame: { op: 99, roomId: 1 }, isAnswer: (frame: Frame) => frame.error === 'unknown-command' },
  v2: {
    frame: { id: 1_000_002, command: 'session.ping', params: {} },
    isAnswer: (frame: Frame) => frame.id === 1_000_002,
  },
} as const;

interface Frame {
  readonly id?: number;
  readonly op?: number;
  readonly push?: string;
  readonly fromUserId?: number;
  readonly error?: string | { readonly code: string };
}

let server: ServerProcess;
let subject: Person;
let witness: Witness;
let passed = 0;

beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  subject = await register(server, 'subject');
  witness = await Witness.of(server);
});

afterAll(async () => {
  witness.close();
  await server[Symbol.asyncDispose]();
  process.stdout.write(`tcp packets: ${passed} of ${packetCases.length} as they must be\n`);
});

/** Reads a connection's packets. */
class PacketListener {
  readonly socket: RawSocket;
  private readonly decoder = new PacketDecoder(packetLimits.v2ServerPayloadBytesMax);
  private readonly texts: string[] = [];

  constructor(socket: RawSocket) {
    this.socket = socket;
  }

  /** The next frame; undefined at the end of the connection. */
  async frame(): Promise<Frame | undefined> {
    while (this.texts.length === 0) {
      const read = this.socket.read((bytes) =>
        bytes.length === 0 ? undefined : { value: Buffer.from(bytes), used: bytes.length },
      );
      const bytes = await read.catch(() => undefined);
      if (bytes === undefined) return undefined;
      this.texts.push(...this.decoder.push(bytes));
    }
    return JSON.parse(this.texts.shift() ?? 'null') as Frame;
  }

  async until(fits: (frame: Frame) => boolean): Promise<void> {
    for (;;) {
      const frame = await this.frame();
      if (frame === undefined) throw new Error('The connection ended before it was signed in.');
      if (fits(frame)) return;
    }
  }
}

/** What a frame says about the bytes that were written; undefined for what comes by itself. */
function heardIn(frame: Frame): string | undefined {
  if (typeof frame.error === 'string') return frame.error;
  if (frame.error !== undefined) return frame.error.code;
  if (frame.id !== undefined || (frame.op === 3 && frame.fromUserId === subject.id)) return 'answer';
  return undefined;
}

async function play(row: PacketCase, port: number): Promise<PacketOutcome> {
  const listener = new PacketListener(await RawSocket.open(port));
  const { socket } = listener;
  if (row.isSignedIn) {
    socket.write(signInPackets(row.framing, subject.token));
    await listener.until((frame) => heardIn(frame) === 'answer');
  }
  for (const bytes of row.writes) {
    socket.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const outcome = await listen(listener, row);
  socket.destroy();
  return outcome;
}

/** Until everything expected was heard; then, if the connection should stay, until it has answered once more. */
async function listen(listener: PacketListener, { framing, outcome, writes }: PacketCase): Promise<PacketOutcome> {
  const heard: string[] = [];
  const { frame: lastFrame, isAnswer } = last[framing];
  const isWaiting = !outcome.isEnded && outcome.heard.length === 0;
  let isAsked = false;
  const patience = Bun.sleep(patienceMs).then(() => 'over' as const);
  for (;;) {
    if (!outcome.isEnded && !isAsked && heard.length >= outcome.heard.length) {
      // What waits for the rest of a packet can be asked nothing; that it is open is all there is to see.
      if (isWaiting) return { heard, isEnded: await isEndedSoon(listener.socket) };
      listener.socket.write(encodePacket(framing, JSON.stringify(lastFrame)));
      isAsked = true;
    }
    const frame = await Promise.race([listener.frame(), patience]);
    if (frame === 'over') throw new Error(`Nothing came of ${Buffer.concat(writes).subarray(0, 40).toString('hex')}.`);
    if (frame === undefined) return { heard, isEnded: true };
    if (isAsked && isAnswer(frame)) return { heard, isEnded: false };
    const said = heardIn(frame);
    if (said !== undefined) heard.push(said);
  }
}

async function isEndedSoon(socket: RawSocket): Promise<boolean> {
  await witness.chat();
  return socket.isClosed;
}

describe('packets', () => {
  for (const [index, row] of packetCases.entries())
    test(`${row.id} ${row.name}`, async () => {
      const [outcome] = await Promise.all([play(row, server.ports.tcp[index % 2] ?? 0), witness.chat()]);
      expect(outcome).toEqual(row.outcome);
      await witness.chat();
      passed++;
    });
});

test('F14 nobody who was undisturbed missed anything, and nothing failed within', async () => {
  expect(packetCases.length).toBeGreaterThan(100);
  expect(witness.heard()).toEqual(Array.from({ length: witness.chats }, (_, index) => index + 1));
  expect(await Bun.file(`${server.dataDir}/parley.log`).text()).not.toContain('"level":50');
});
