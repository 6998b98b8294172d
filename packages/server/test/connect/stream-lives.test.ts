import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { closeCodes, limits } from '@parley/protocol';
import { problemOf } from './problem-of.ts';
import { RawSocket } from './raw-socket.ts';
import { RawStream } from './raw-stream.ts';
import { delivery, TestNode } from './test-node.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('F16 a stream that never signs in is closed at the deadline with auth-timeout', async () => {
  await using node = new TestNode();
  const silent = await RawStream.open(node.port);
  const signedIn = await RawStream.signedIn(node, 1);
  node.advance(limits.authDeadlineMs + 100);
  expect((await silent.closeFrame()).code).toBe(closeCodes['auth-timeout'].code);
  await silent.event().catch((error: Error) => expect(error.message).toBe('The stream has ended.'));
  signedIn.command(2, 'session.ping');
  expect(await signedIn.json()).toMatchObject({ id: 2 });
});

test('a silent client is closed with heartbeat-timeout, one that pings is not, and both hear of the stream meanwhile', async () => {
  await using node = new TestNode();
  const [silent, alive] = [await RawStream.signedIn(node, 1), await RawStream.signedIn(node, 2)];
  for (let round = 2; round < 8; round++) {
    for (let beat = 0; beat < 2; beat++) {
      node.advance(limits.heartbeatIntervalMs / 2);
      await nextTurn();
    }
    alive.command(round, 'session.ping');
    expect(await alive.json()).toMatchObject({ id: round, result: { now: node.clock.now() } });
  }
  expect((await silent.closeFrame()).code).toBe(closeCodes['heartbeat-timeout'].code);
  expect(silent.comments).toBeGreaterThanOrEqual(4);
  expect(alive.comments).toBeGreaterThanOrEqual(11);
});

test('a client that vanished without a word is found by its silence, though it takes nothing any more', async () => {
  await using node = new TestNode();
  const gone = await RawStream.signedIn(node, 1, ['c:7']);
  gone.socket.pause();
  node.advance(limits.heartbeatTimeoutMs);
  await nextTurn();
  node.advance(6_000);
  await nextTurn();
  expect(node.connect.numbers()).toMatchObject({ connections: 0, streams: 0, topics: 0 });
});

test('too many streams of one user or address are closed with a code that says so, together with other sockets', async () => {
  await using node = new TestNode({ socketsPerUser: 2, socketsPerAddress: 4 });
  await node.signedIn(1);
  await RawStream.signedIn(node, 1);
  const third = await RawStream.open(node.port);
  third.command(1, 'session.hello', { token: '1' });
  expect((await third.closeFrame()).code).toBe(closeCodes['too-many-connections'].code);
  while (node.connect.numbers().connections > 2) await nextTurn();
  await RawStream.signedIn(node, 2);
  await node.signedIn(3);
  const beyond = await RawStream.open(node.port);
  expect((await beyond.closeFrame()).code).toBe(closeCodes['too-many-connections'].code);
});

test('D16 ending a device closes its streams and sockets alike, with the reason', async () => {
  await using node = new TestNode();
  const [stream, socket, other] = [
    await RawStream.signedIn(node, 5),
    await node.signedIn(5),
    await RawStream.signedIn(node, 6),
  ];
  await node.connect.service.end([5], 'session-ended');
  expect((await stream.closeFrame()).code).toBe(closeCodes['session-ended'].code);
  expect((await socket.closeFrame()).code).toBe(closeCodes['session-ended'].code);
  other.command(2, 'session.ping');
  expect(await other.json()).toMatchObject({ id: 2 });
});

test('an outcome that closes writes its reply first', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  node.logic.answers = () => ({ result: { done: true }, effects: { close: 'signed-out' } });
  stream.command(2, 'session.delete');
  const { code, before } = await stream.closeFrame();
  expect(code).toBe(closeCodes['signed-out'].code);
  expect(JSON.parse(before[0]!)).toEqual({ id: 2, result: { done: true } });
});

test('P2 a stream whose client goes is told to logic', async () => {
  await using node = new TestNode();
  const gone = Promise.withResolvers<void>();
  node.logic.onGone = gone.resolve;
  const stream = await RawStream.signedIn(node, 3);
  stream.destroy();
  await gone.promise;
  expect(node.logic.gone).toMatchObject([{ session: { userId: 3 }, nodeId: 'n1' }]);
});

test('F19 a draining node opens no stream and no socket, takes the frames of the streams it has and sends them away in waves', async () => {
  await using node = new TestNode();
  const streams = await Promise.all(
    Array.from({ length: 10 }, (_, index) => RawStream.signedIn(node, index + 1, ['c:7'])),
  );
  const draining = node.connect.drain(1_000);
  const refused = await fetch(`http://127.0.0.1:${node.port}/v1/stream`, { method: 'POST' });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await problemOf(refused)).toEqual([503, 'unavailable']);
  expect((await node.open()).status).toBe(503);
  for (const stream of streams) {
    expect(await stream.json()).toMatchObject({ push: 'server.draining' });
    stream.command(2, 'message.send', { last: true });
    expect(await stream.json()).toEqual({ id: 2, result: { last: true } });
  }
  for (let wave = 0; wave <= 11; wave++) {
    node.advance(100);
    await nextTurn();
  }
  await draining;
  for (const stream of streams) {
    const { code, reason } = await stream.closeFrame();
    expect(code).toBe(closeCodes.drain.code);
    expect((JSON.parse(reason) as { retryAfterMs: number }).retryAfterMs).toBeWithin(0, 2_000);
  }
  while (node.connect.numbers().connections > 0) await nextTurn();
});

test('the page’s server carries streams that are silent for longer than it lets others be', async () => {
  await using node = new TestNode();
  const { mount } = node.connect;
  const site = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 1,
    websocket: mount.websocket,
    fetch(request, server) {
      const answer = mount.tryUpgrade(request, server);
      if (answer !== undefined) return answer === 'upgraded' ? undefined : answer;
      return new Response('page');
    },
  });
  const stream = await RawStream.open(site.port!);
  const other = await RawSocket.open(site.port!);
  other.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  // The runtime closes a connection that asks for nothing more, and no other.
  await other.closed;
  stream.command(1, 'session.hello', { token: '1' });
  expect(await stream.json()).toMatchObject({ id: 1 });
  await site.stop(true);
}, 30_000);

test('I13 streams that were opened and dropped leave no connection, timer, topic or descriptor behind', async () => {
  await using node = new TestNode();
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const round = async (count: number) => {
    const streams = await Promise.all(
      Array.from({ length: count }, (_, index) => RawStream.signedIn(node, index + 1, ['c:7'])),
    );
    await node.deliver(delivery(7, 1));
    for (const [index, stream] of streams.entries()) if (index % 2 === 0) stream.destroy();
    for (const index of streams.keys())
      if (index % 2 === 1) await node.connect.service.end([index + 1], 'session-ended');
    for (const [index, stream] of streams.entries()) if (index % 2 === 1) await stream.closeFrame();
    while (node.connect.numbers().connections > 0) await nextTurn();
    node.clock.advance(1);
    for (const stream of streams) stream.destroy();
    await Promise.all(streams.map(({ socket }) => socket.closed));
  };
  await round(20);
  const before = descriptors();
  Bun.gc(true);
  const heapBefore = process.memoryUsage().heapUsed;
  for (let count = 0; count < 3; count++) await round(200);
  expect(node.connect.numbers()).toMatchObject({
    connections: 0,
    streams: 0,
    topics: 0,
    commandsInFlight: 0,
    slowConnections: 0,
  });
  for (let tries = 0; tries < 500 && descriptors() > before + 5; tries++) await Bun.sleep(10);
  expect(descriptors()).toBeLessThanOrEqual(before + 5);
  Bun.gc(true);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(8_000_000);
}, 30_000);
