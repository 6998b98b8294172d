import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { RawSocket } from './connect/raw-socket.ts';
import { ServerProcess } from './server-process.ts';
import { accept, handshakes, key, type HandshakeCase } from './conformance/handshake-cases.ts';
import { ping } from './conformance/frame-bytes.ts';
import { Witness } from './conformance/witness.ts';

const patienceMs = 5_000;
/** Sent behind a handshake that must have been read to its end; answered as nothing else in these requests is. */
const lastRequest = 'GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const lastStatus = 'HTTP/1.1 426';

let server: ServerProcess;
let witness: Witness;
let passed = 0;

beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  witness = await Witness.of(server);
});

afterAll(async () => {
  witness.close();
  await server[Symbol.asyncDispose]();
  process.stdout.write(`websocket handshakes: ${passed} of ${2 * handshakes.length}, on both ports, as they must be\n`);
});

/** The head of the answer; undefined when the connection ends without one. */
function headOf(socket: RawSocket): Promise<string | undefined> {
  const head = socket.read((bytes) => {
    const end = bytes.indexOf('\r\n\r\n');
    return end < 0 ? undefined : { value: bytes.toString('latin1', 0, end), used: end + 4 };
  });
  return Promise.race([head.catch(() => undefined), Bun.sleep(patienceMs).then(() => 'no answer in time')]);
}

async function expectSwitched(socket: RawSocket, head: string, row: HandshakeCase): Promise<void> {
  const headers = new Headers(
    head
      .split('\r\n')
      .slice(1)
      .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  if (row.request.includes(key)) expect(headers.get('sec-websocket-accept')).toBe(accept);
  expect(headers.get('sec-websocket-extensions')).toBeNull();
  expect(headers.get('sec-websocket-protocol')).toBe(row.subprotocol ?? null);
  socket.write(ping('open'));
  const frame = await socket.read((bytes) =>
    bytes.length < 6 ? undefined : { value: bytes.toString('latin1'), used: 6 },
  );
  expect(frame).toBe('\x8a\x04open');
}

/** How many answers come up to that to a last request, or to the end of the connection. */
async function answersAfter(socket: RawSocket): Promise<number> {
  socket.write(lastRequest);
  let all = '';
  const reading = socket.read((bytes) => {
    all = bytes.toString('latin1');
    return all.includes(lastStatus) ? { value: undefined, used: bytes.length } : undefined;
  });
  await Promise.race([reading.catch(() => undefined), Bun.sleep(patienceMs)]);
  return all.split('HTTP/1.1 ').length - 1;
}

async function check(port: number, row: HandshakeCase): Promise<void> {
  const socket = await RawSocket.open(port);
  socket.write(Buffer.from(row.request, 'latin1'));
  const head = await headOf(socket);
  const status = head === undefined ? 'cut' : Number(head.split(' ')[1]);
  expect([row.name, status]).toEqual([row.name, row.status]);
  if (status === 101) await expectSwitched(socket, head ?? '', row);
  if (row.answers !== undefined) expect(1 + (await answersAfter(socket))).toBe(row.answers);
  socket.destroy();
}

describe('0 opening handshake', () => {
  for (const row of handshakes)
    test(`${row.id} ${row.name}`, async () => {
      for (const port of [server.ports.ws, server.ports.site]) {
        await check(port, row);
        passed++;
      }
      await witness.chat();
    });
});

test('nobody who was undisturbed missed anything, and nothing failed within', async () => {
  expect(handshakes.length).toBeGreaterThan(80);
  expect(witness.heard()).toEqual(Array.from({ length: witness.chats }, (_, index) => index + 1));
  expect(await Bun.file(`${server.dataDir}/parley.log`).text()).not.toContain('"level":50');
});
