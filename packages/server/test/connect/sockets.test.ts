import { expect, test } from 'bun:test';
import { closeCodes, limits } from '@parley/protocol';
import { topicOf } from '../../src/delivery.ts';
import { clientFrame, RawWebSocket } from './raw-websocket.ts';
import { delivery, sessionOf, TestNode } from './test-node.ts';

test('a signed-in socket gets its reply, then the pushes of its topics', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['c:7']);
  await node.deliver(delivery(7, 1), delivery(8, 1));
  await node.deliver({
    topic: topicOf.user(1),
    push: { push: 'conversation.removed', conversationId: 9, reason: 'left' },
  });
  expect(await socket.json()).toMatchObject({ push: 'message.changed', message: { conversationId: 7 } });
  expect(await socket.json()).toMatchObject({ push: 'conversation.removed', conversationId: 9 });
});

test('the subprotocol is confirmed when offered, not needed, and refused when only others are offered', async () => {
  await using node = new TestNode();
  const ours = await RawWebSocket.open(node.port, { headers: { 'Sec-WebSocket-Protocol': 'other, parley.v1+json' } });
  expect(ours.status).toBe(101);
  expect(ours.head.toLowerCase()).toContain('sec-websocket-protocol: parley.v1+json');
  expect((await RawWebSocket.open(node.port)).status).toBe(101);
  expect((await RawWebSocket.open(node.port, { headers: { 'Sec-WebSocket-Protocol': 'other' } })).status).toBe(400);
});

test('only pages of this host, of this machine or of the list may open a socket', async () => {
  await using node = new TestNode({ allowedOrigins: ['https://chat.example.org'] });
  const statusFor = async (Origin: string, Host = `127.0.0.1:${node.port}`) =>
    (await RawWebSocket.open(node.port, { headers: { Origin, Host } })).status;
  for (const origin of [
    'http://127.0.0.1:8080',
    'http://localhost:3000',
    'http://localhost',
    'https://[::1]:5173',
    'https://chat.example.org',
  ])
    expect([origin, await statusFor(origin)]).toEqual([origin, 101]);
  expect(await statusFor('http://im.example.com:7000', 'im.example.com:7000')).toBe(101);
  expect(await statusFor('https://im.example.com', 'im.example.com')).toBe(101);
  const refused = [
    'null',
    '',
    'https://evil.example',
    'http://im.example.com:7001',
    'http://im.example.com',
    'http://im.example.com:7000.evil.example',
    'http://evil.example#im.example.com:7000',
  ];
  for (const origin of refused) expect([origin, await statusFor(origin, 'im.example.com:7000')]).toEqual([origin, 403]);
  for (const origin of [
    'https://chat.example.org.evil.example',
    'https://chat.example.org:444',
    'http://chat.example.org',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://localhost:80@evil.example',
    'file://',
  ])
    expect([origin, await statusFor(origin)]).toEqual([origin, 403]);
});

test('a plain request to the socket path is told to upgrade, other paths are not found', async () => {
  await using node = new TestNode();
  expect((await fetch(`http://127.0.0.1:${node.port}/v1/socket`)).status).toBe(426);
  expect((await fetch(`http://127.0.0.1:${node.port}/v1/socket/x`)).status).toBe(404);
});

test('nothing but session.hello is taken before the sign-in; the 20th frame of that kind closes', async () => {
  await using node = new TestNode();
  const socket = await node.open();
  for (let id = 1; id <= 20; id++) socket.command(id, 'message.send');
  const { code, before } = await socket.closeFrame();
  expect(code).toBe(closeCodes['bad-frames'].code);
  expect(before).toHaveLength(20);
  expect(JSON.parse(before[0]!)).toMatchObject({ id: 1, error: { code: 'unauthenticated' } });
  expect(node.logic.batches).toHaveLength(0);
});

test('commands sent right behind session.hello wait for it', async () => {
  await using node = new TestNode();
  const socket = await node.open();
  socket.command(1, 'session.hello', { token: '4' });
  socket.command(2, 'message.send', { text: 'a' });
  expect(await socket.json()).toMatchObject({ id: 1, result: { userId: 4 } });
  expect(await socket.json()).toMatchObject({ id: 2, result: { text: 'a' } });
});

test('a second session.hello on a signed-in socket is refused and changes nothing', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['c:7']);
  socket.command(2, 'session.hello', { token: '2' });
  expect(await socket.json()).toMatchObject({ id: 2, error: { code: 'forbidden' } });
  await node.deliver(delivery(7, 1));
  expect(await socket.json()).toMatchObject({ push: 'message.changed' });
});

test('20 unreadable frames close the socket with bad-frames, 19 do not', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  const bad = ['{', '[]', 'null', '{"id":0,"command":"x"}', '{"id":1}', '"x"', '1e999'];
  for (let index = 0; index < 18; index++) socket.sendText(bad[index % bad.length]!);
  socket.socket.write(clientFrame(2, Buffer.from('binary')));
  for (let index = 0; index < 19; index++)
    expect(await socket.json()).toMatchObject({ id: 0, error: { code: 'invalid-frame' } });
  socket.command(2, 'session.ping');
  expect(await socket.json()).toMatchObject({ id: 2 });
  socket.sendText('}');
  expect((await socket.closeFrame()).code).toBe(closeCodes['bad-frames'].code);
});

test('F13 malformed WebSocket frames end their own socket only', async () => {
  await using node = new TestNode();
  const bystander = await node.signedIn(1, ['c:7']);
  const text = Buffer.from('{}');
  const malformed = [
    clientFrame(1, text, { isMasked: false }),
    clientFrame(1, text, { first: 0xf1 }),
    clientFrame(3, text),
    clientFrame(9, text, { first: 0x09 }),
    clientFrame(0, text),
    clientFrame(1, Buffer.from([0xff, 0xfe])),
    clientFrame(8, Buffer.from([3])),
    Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
    Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]),
  ];
  for (const bytes of malformed) {
    const socket = await node.open();
    socket.socket.write(bytes);
    await socket.socket.closed;
  }
  await node.deliver(delivery(7, 1));
  expect(await bystander.json()).toMatchObject({ push: 'message.changed' });
});

test('F15 a frame of the limit is read, one byte more ends the socket, fragments count together', async () => {
  await using node = new TestNode();
  const frame = (bytes: number) => {
    const head = '{"id":2,"command":"message.send","params":{"a":"';
    return `${head}${'x'.repeat(bytes - head.length - 3)}"}}`;
  };
  const socket = await node.signedIn(1);
  socket.sendText(frame(limits.frameBytesMax));
  expect(await socket.json()).toMatchObject({ id: 2 });
  socket.sendText(frame(limits.frameBytesMax + 1));
  await socket.socket.closed;
  const fragmented = await node.signedIn(2);
  fragmented.socket.write(clientFrame(1, Buffer.alloc(40_000, 'x'), { first: 0x01 }));
  fragmented.socket.write(clientFrame(0, Buffer.alloc(40_000, 'x'), { first: 0x80 }));
  await fragmented.socket.closed;
});

test('F11 frames are understood however they are cut', async () => {
  await using node = new TestNode();
  const socket = await node.open();
  const bytes = Buffer.concat([
    clientFrame(1, Buffer.from('{"id":1,"command":"session.hello","params":{"token":"3"}}')),
    clientFrame(1, Buffer.from('{"id":2,"command":"x.y"}')),
  ]);
  for (let index = 0; index < bytes.length; index += 3) {
    socket.socket.write(bytes.subarray(index, index + 3));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await socket.json()).toMatchObject({ id: 1 });
  expect(await socket.json()).toMatchObject({ id: 2 });
});

test('F16 a socket that never signs in is closed at the deadline with auth-timeout', async () => {
  await using node = new TestNode();
  const silent = await node.open();
  const signedIn = await node.signedIn(1);
  node.advance(limits.authDeadlineMs - 200);
  expect(node.connect.numbers().connections).toBe(2);
  node.advance(300);
  expect((await silent.closeFrame()).code).toBe(closeCodes['auth-timeout'].code);
  signedIn.command(2, 'session.ping');
  expect(await signedIn.json()).toMatchObject({ id: 2 });
});

test('a silent socket is closed with heartbeat-timeout, one that pings is not', async () => {
  await using node = new TestNode();
  const [silent, alive] = [await node.signedIn(1), await node.signedIn(2)];
  for (let round = 2; round < 8; round++) {
    node.advance(limits.heartbeatIntervalMs);
    alive.command(round, 'session.ping');
    expect(await alive.json()).toMatchObject({ id: round, result: { now: node.clock.now() } });
  }
  expect((await silent.closeFrame()).code).toBe(closeCodes['heartbeat-timeout'].code);
});

test('too many sockets of one user or address are closed with a code that says so', async () => {
  await using node = new TestNode({ socketsPerUser: 2, socketsPerAddress: 4 });
  await node.signedIn(1);
  await node.signedIn(1);
  const third = await node.open();
  third.command(1, 'session.hello', { token: '1' });
  expect((await third.closeFrame()).code).toBe(closeCodes['too-many-connections'].code);
  await node.signedIn(2);
  await node.signedIn(3);
  const beyond = await node.open();
  expect((await beyond.closeFrame()).code).toBe(closeCodes['too-many-connections'].code);
});

test('D16 ending a device closes all its sockets with the reason, and only them', async () => {
  await using node = new TestNode();
  const [one, two, other] = [await node.signedIn(5), await node.signedIn(5), await node.signedIn(6)];
  await node.connect.service.end([5], 'session-ended');
  expect((await one.closeFrame()).code).toBe(closeCodes['session-ended'].code);
  expect((await two.closeFrame()).code).toBe(closeCodes['session-ended'].code);
  other.command(2, 'session.ping');
  expect(await other.json()).toMatchObject({ id: 2 });
});

test('D16 a sign-in that was out while its device was ended does not come into force', async () => {
  await using node = new TestNode();
  const { promise, resolve } = Promise.withResolvers<void>();
  node.logic.answers = ({ command }) => {
    if (command !== 'session.hello') return undefined;
    return promise.then(() => ({
      result: {},
      effects: { session: sessionOf(5) },
    }));
  };
  const socket = await node.open();
  socket.command(1, 'session.hello', { token: '5' });
  while (node.logic.batches.length === 0) await new Promise((next) => setImmediate(next));
  node.clock.advance(1);
  await node.connect.service.end([5], 'session-ended');
  resolve();
  expect((await socket.closeFrame()).code).toBe(closeCodes['session-ended'].code);
});

test('an outcome that closes writes its reply first', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  node.logic.answers = () => ({ result: { done: true }, effects: { close: 'signed-out' } });
  socket.command(2, 'session.delete');
  const { code, before } = await socket.closeFrame();
  expect(code).toBe(closeCodes['signed-out'].code);
  expect(JSON.parse(before[0]!)).toEqual({ id: 2, result: { done: true } });
});

test('P2 signed-in sockets that go are told to logic, until it worked', async () => {
  await using node = new TestNode();
  const gone = Promise.withResolvers<void>();
  node.logic.onGone = gone.resolve;
  const stop = node.rpc.serve('logic', {
    closed: () => Promise.reject(new Error('down')),
    handle: (calls) => node.logic.handle(calls),
    heads: async () => [],
    membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 0, seq: 0 })),
  });
  const socket = await node.signedIn(3);
  socket.destroy();
  while (node.connect.numbers().connections > 0) await new Promise((next) => setImmediate(next));
  for (let turn = 0; turn < 3; turn++) await new Promise((next) => setImmediate(next));
  stop();
  node.rpc.serve('logic', node.logic);
  node.advance(1_100);
  await gone.promise;
  expect(node.logic.gone).toMatchObject([{ session: { userId: 3 }, nodeId: 'n1', bootId: 'b1' }]);
});

test('logic that cannot be reached is an answer, not a crash', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  node.rpc.serve('logic', {
    handle: () => Promise.reject(new TypeError('boom')),
    closed: async () => undefined,
    heads: async () => [],
    membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 0, seq: 0 })),
  });
  socket.command(2, 'message.send');
  expect(await socket.json()).toMatchObject({ id: 2, error: { code: 'internal' } });
});

test('the handshake and the topics work alike on another server that mounts the sockets', async () => {
  await using node = new TestNode();
  const { mount } = node.connect;
  const site = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    websocket: mount.websocket,
    fetch(request, server) {
      const answer = mount.tryUpgrade(request, server);
      if (answer !== undefined) return answer === 'upgraded' ? undefined : answer;
      return new Response('page');
    },
  });
  const onSite = await RawWebSocket.open(site.port!);
  onSite.command(1, 'session.hello', { token: '1', topics: ['c:7'] });
  await onSite.json();
  const direct = await node.signedIn(2, ['c:7']);
  await node.deliver(delivery(7, 1));
  expect(await onSite.json()).toMatchObject({ push: 'message.changed' });
  expect(await direct.json()).toMatchObject({ push: 'message.changed' });
  expect(await (await fetch(`http://127.0.0.1:${site.port}/`)).text()).toBe('page');
  await site.stop(true);
});
