import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { commandList, encodePacket } from '@parley/protocol';
import { RawSocket } from '../connect/raw-socket.ts';
import { clientFrame, RawWebSocket } from '../connect/raw-websocket.ts';
import { ServerProcess } from '../server-process.ts';
import { register, type Person } from './people.ts';

const framesInAll = 1_000_000;
const framesPerWrite = 500;
/** What may be added to the resident memory by a million frames: less than a hundred bytes of each. */
const growthBytesMax = 96 * 1_048_576;

/** Small and repeatable (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;
const below = (random: Random, end: number): number => Math.floor(random() * end);
const pick = <Item>(random: Random, items: readonly Item[]): Item => items[below(random, items.length)] as Item;

const values = [0, -1, 1, 1e308, '', 'x', '\u0000', null, true, [], {}, [[]], { a: 1 }, '__proto__', 'x'.repeat(300)];
const fields = [
  'conversationId',
  'userId',
  'seq',
  'content',
  'clientMsgId',
  'since',
  'ids',
  'userIds',
  'emoji',
  '__proto__',
  'x',
];

function randomCommand(random: Random, id: number): string {
  const params = Object.fromEntries(
    Array.from({ length: below(random, 4) }, () => [pick(random, fields), pick(random, values)]),
  );
  const command = random() < 0.9 ? pick(random, commandList).name : 'no.command';
  return JSON.stringify({ id, command: command === 'session.delete' ? 'session.ping' : command, params });
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(random, 256));
}

/** A chunk of well-formed frames with whatever inside, made once and sent over and over. */
function signedInChunk(random: Random): Buffer {
  return Buffer.concat(
    Array.from({ length: framesPerWrite }, (_, id) => clientFrame(1, Buffer.from(randomCommand(random, id + 1)))),
  );
}

function strangerBytes(random: Random, kind: 'websocket' | 'tcp'): Buffer {
  const one = (id: number): Uint8Array => {
    const isText = random() < 0.5;
    const payload = isText ? Buffer.from(randomCommand(random, id + 1)) : randomBytes(random, below(random, 64));
    if (kind === 'websocket') return clientFrame(isText ? 1 : pick(random, [0, 1, 2, 3, 9, 10, 11]), payload);
    return isText ? encodePacket(pick(random, ['v1', 'v2']), payload.toString()) : payload;
  };
  return Buffer.concat(Array.from({ length: 40 }, (_, id) => one(id)));
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}

async function framesRead({ opsUrlsOfSockets: urls }: ServerProcess): Promise<number> {
  const metrics = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return metrics.reduce((sum, text) => sum + Number(/^parley_frames_in_total (\d+)/m.exec(text)?.[1]), 0);
}

/** Signed in, so that nothing closes it: a million commands that are refused or do little. */
async function floodSignedIn(server: ServerProcess, person: Person, frames: number): Promise<void> {
  const random = randomFrom(person.id);
  const chunks = Array.from({ length: 4 }, () => signedInChunk(random));
  for (let sent = 0; sent < frames;) {
    const socket = await RawWebSocket.open(server.ports.ws);
    socket.command(1, 'session.hello', { token: person.token });
    await socket.json();
    while (sent < frames && !socket.socket.isClosed) {
      socket.socket.write(pick(random, chunks));
      // Each burst is over when the answer to this ping has come, or the server has closed.
      socket.socket.write(clientFrame(9, Buffer.from('done')));
      sent += framesPerWrite;
      await readPong(socket);
    }
    socket.destroy();
  }
}

async function readPong(socket: RawWebSocket): Promise<void> {
  try {
    for (;;) if ((await socket.frame()).opcode === 10) return;
  } catch {
    // Closed: the next one goes on.
  }
}

async function floodAsStranger(server: ServerProcess, seed: number, rounds: number): Promise<void> {
  const random = randomFrom(seed);
  for (let round = 0; round < rounds; round++) {
    const kind = pick(random, ['websocket', 'tcp'] as const);
    const raw =
      kind === 'tcp' ? await RawSocket.open(server.ports.tcp[0]) : (await RawWebSocket.open(server.ports.ws)).socket;
    raw.write(strangerBytes(random, kind));
    await Promise.race([raw.closed, Bun.sleep(20)]);
    raw.destroy();
  }
}

test('F13 F14 F18 a million random frames disturb nobody else and leave nothing behind', async () => {
  await using server = await ServerProcess.start();
  const [ann, ben] = [await register(server, 'ann'), await register(server, 'ben')];
  const flooders = await Promise.all(['eve1', 'eve2'].map((name) => register(server, name)));
  const [sender, witness] = [await ann.hello(), await ben.hello()];
  const { conversation } = await sender.command('conversation.direct', { userId: ben.id });
  const flood = (frames: number) =>
    Promise.all([
      ...flooders.map((person) => floodSignedIn(server, person, frames / flooders.length)),
      floodAsStranger(server, 7, 150),
    ]);
  await flood(framesInAll / 10);
  const before = { bytes: residentBytes(server.pid), frames: await framesRead(server) };

  const flooding = flood(framesInAll).then(() => 'over' as const);
  let sent = 0;
  do {
    const text = `still here ${++sent}`;
    await sender.command('message.send', {
      conversationId: conversation.id,
      clientMsgId: `w${sent}`,
      content: { type: 'text', text },
    });
    await witness.push(
      'message.changed',
      ({ message }) => message.content.type === 'text' && message.content.text === text,
    );
  } while ((await Promise.race([flooding, Bun.sleep(120)])) !== 'over');
  expect(witness.pushes.filter((push) => push.push === 'message.changed').map(({ message }) => message.seq)).toEqual(
    Array.from({ length: sent }, (_, index) => index + 1),
  );
  expect(sent).toBeGreaterThan(1);
  expect((await framesRead(server)) - before.frames).toBeGreaterThan(framesInAll);
  expect(residentBytes(server.pid) - before.bytes).toBeLessThan(growthBytesMax);
  const log = readFileSync(`${server.dataDir}/parley.log`, 'utf8');
  expect(log).not.toContain('"level":50');
  for (const socket of [sender, witness]) socket.close();
}, 180_000);
