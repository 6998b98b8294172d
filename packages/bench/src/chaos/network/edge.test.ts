import { afterEach, expect, test } from 'bun:test';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '@parley/server/test/free-port.ts';
import { Random } from '../random.ts';
import { Edge } from './edge.ts';

/** Answers every byte with itself. */
async function echoServer(): Promise<{ port: number; sockets: Set<Socket>; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { port, sockets, server };
}

const opened: { server: Server; edge: Edge }[] = [];
afterEach(async () => {
  for (const { server, edge } of opened.splice(0)) {
    await edge[Symbol.asyncDispose]();
    server.close();
  }
});

async function world(seed = 1) {
  const echo = await echoServer();
  const edge = await Edge.open({ name: 'test', random: new Random(seed), targetPort: () => echo.port });
  opened.push({ server: echo.server, edge });
  return { ...echo, edge };
}

class Caller {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  received = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.#wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
  }

  static async to(port: number): Promise<Caller> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const caller = new Caller(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return caller;
  }

  async bytes(count: number): Promise<Buffer> {
    while (this.received.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.received.subarray(0, count);
  }
}

const payload = (bytes: number) => Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 7) % 251));

test('in fair weather bytes pass as they are', async () => {
  const { edge } = await world();
  const caller = await Caller.to(edge.port);
  caller.socket.write(payload(200_000));
  expect(await caller.bytes(200_000)).toEqual(payload(200_000));
});

test('late, sliced, glued, narrow: every byte arrives once and in order', async () => {
  const { edge } = await world();
  edge.change({ latencyMs: 1, jitterMs: 3, sliceBytesMax: 3, glueMs: 2, bytesPerSecond: 1_000_000 });
  const caller = await Caller.to(edge.port);
  const sent = payload(20_000);
  for (let at = 0; at < sent.length; at += 1_000) caller.socket.write(sent.subarray(at, at + 1_000));
  expect(await caller.bytes(20_000)).toEqual(sent);
  const { slices, delayed } = edge.counts();
  expect([slices > 0, delayed > 0]).toEqual([true, true]);
});

test('a cut reaches both sides', async () => {
  const { edge, sockets } = await world();
  const caller = await Caller.to(edge.port);
  caller.socket.write('x');
  await caller.bytes(1);
  const serverSide = [...sockets][0]!;
  const gone = new Promise<void>((resolve) => serverSide.on('close', () => resolve()));
  expect(edge.cut()).toBe(1);
  await Promise.all([caller.closed, gone]);
  expect(edge.counts().cuts).toBe(1);
  expect(edge.openConnections).toBe(0);
});

test('a cut after some bytes lets exactly those through', async () => {
  const { edge } = await world();
  const caller = await Caller.to(edge.port);
  edge.cutAfter('down', 10);
  caller.socket.write(payload(1_000));
  await caller.closed;
  expect(caller.received).toEqual(payload(10));
});

test('a cut is due once: the next connection passes, and one that was open beside it', async () => {
  const { edge } = await world();
  const [first, beside] = [await Caller.to(edge.port), await Caller.to(edge.port)];
  beside.socket.write('b');
  await beside.bytes(1);
  edge.cutAfter('up', 10);
  first.socket.write(payload(100));
  await first.closed;
  beside.socket.write(payload(1_000));
  expect((await beside.bytes(1_001)).subarray(1)).toEqual(payload(1_000));
  expect(edge.counts().cuts).toBe(1);
});

test('a half-open connection is silent both ways, new ones work, and clearing cuts it', async () => {
  const { edge, sockets } = await world();
  const old = await Caller.to(edge.port);
  old.socket.write('a');
  await old.bytes(1);
  edge.silence('up', 'down');
  old.socket.write('b');
  const fresh = await Caller.to(edge.port);
  fresh.socket.write('c');
  expect((await fresh.bytes(1)).toString()).toBe('c');
  expect(old.received.toString()).toBe('a');
  const serverSide = [...sockets][0]!;
  const gone = new Promise<void>((resolve) => serverSide.on('close', () => resolve()));
  edge.clear();
  await Promise.all([old.closed, gone]);
  expect(edge.counts()).toMatchObject({ swallowed: 1, cuts: 1 });
  expect(edge.openConnections).toBe(1);
});

test('on a silent way nobody hears that the other side went away', async () => {
  const { edge, sockets } = await world();
  const caller = await Caller.to(edge.port);
  caller.socket.write('a');
  await caller.bytes(1);
  const serverSide = [...sockets][0]!;
  edge.silence('up');
  caller.socket.destroy();
  await caller.closed;
  const other = await Caller.to(edge.port);
  other.socket.write('b');
  await other.bytes(1);
  expect(serverSide.destroyed).toBeFalse();
  const gone = new Promise<void>((resolve) => serverSide.on('close', () => resolve()));
  edge.clear();
  await gone;
});

test('a goodbye that nobody heard is told when the weather clears', async () => {
  const { edge, sockets } = await world();
  const caller = await Caller.to(edge.port);
  caller.socket.write('a');
  await caller.bytes(1);
  const serverSide = [...sockets][0]!;
  const gone = new Promise<void>((resolve) => serverSide.on('close', () => resolve()));
  edge.change({ isSilentDown: true });
  serverSide.destroy();
  await gone;
  while (edge.counts().swallowed === 0) await Bun.sleep(1);
  expect(caller.socket.destroyed).toBeFalse();
  edge.clear();
  await caller.closed;
});

test('a goodbye comes after what was said before it', async () => {
  const { edge, sockets } = await world();
  edge.change({ latencyMs: 5 });
  const caller = await Caller.to(edge.port);
  caller.socket.write('a');
  await caller.bytes(1);
  [...sockets][0]!.end(payload(5_000));
  await caller.closed;
  expect(caller.received.subarray(1)).toEqual(payload(5_000));
});

test('who is refused is reset, until the weather clears', async () => {
  const { edge } = await world();
  edge.change({ isRefusing: true });
  const refused = new Caller(connect({ port: edge.port, host: '127.0.0.1' }));
  await refused.closed;
  expect(edge.counts().refused).toBe(1);
  edge.clear();
  const caller = await Caller.to(edge.port);
  caller.socket.write('x');
  await caller.bytes(1);
});

test('a deaf client makes the server wait and gets everything when it listens again', async () => {
  const { edge } = await world();
  const caller = await Caller.to(edge.port);
  caller.socket.write('a');
  await caller.bytes(1);
  edge.change({ isDeaf: true });
  caller.socket.write(payload(100_000));
  edge.clear();
  expect((await caller.bytes(100_001)).subarray(1)).toEqual(payload(100_000));
});

test('a server that is not there resets the connection', async () => {
  const { edge, server } = await world();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const caller = new Caller(connect({ port: edge.port, host: '127.0.0.1' }));
  await caller.closed;
  expect(edge.openConnections).toBe(0);
});
