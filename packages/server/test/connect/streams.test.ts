import { expect, test } from 'bun:test';
import { closeCodes, encodePacket, limits, PacketDecoder, packetLimits } from '@parley/protocol';
import type { Topic } from '../../src/delivery.ts';
import { RawSocket } from './raw-socket.ts';
import { RawStream } from './raw-stream.ts';
import { delivery, sessionOf, TestNode } from './test-node.ts';

const urlOf = (node: TestNode, path = '') => `http://127.0.0.1:${node.port}/v1/stream${path}`;
const commandOf = (id: number, command: string, params: unknown = {}) => JSON.stringify({ id, command, params });

test('a stream tells its secret first, then carries the same replies and pushes as a socket', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1, ['c:7']);
  const other = await RawStream.open(node.port);
  expect(Buffer.from(stream.id, 'base64url').length).toBeGreaterThanOrEqual(16);
  expect(other.id).not.toBe(stream.id);
  await node.deliver(delivery(7, 1), delivery(8, 1), {
    topic: 'u:1',
    push: { push: 'conversation.removed', conversationId: 9, reason: 'left' },
  });
  expect(await stream.json()).toMatchObject({ push: 'message.changed', message: { conversationId: 7 } });
  expect(await stream.json()).toMatchObject({ push: 'conversation.removed', conversationId: 9 });
  expect(node.connect.numbers()).toMatchObject({ connections: 2, streams: 2 });
});

test('no intermediary is to keep, pack or hold back a stream, and no cookie is set', async () => {
  await using node = new TestNode();
  const { head } = await RawStream.open(node.port, { headers: { 'Accept-Encoding': 'gzip, br' } });
  const headers = head.toLowerCase();
  expect(headers).toContain('content-type: text/event-stream');
  expect(headers).toContain('cache-control: no-store, no-transform');
  expect(headers).toContain('x-accel-buffering: no');
  expect(headers).not.toContain('set-cookie');
  expect(headers).not.toContain('content-encoding');
});

test('text with line breaks arrives as it was', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1, ['c:7']);
  const text = '{\n"raw":\r\n1}';
  await node.deliver({ topic: 'c:7', push: { push: 'raw', format: 'parley.v1+json', text } });
  expect(await stream.json()).toEqual({ raw: 1 });
});

test('only pages of this host, of this machine or of the list may open a stream, post to one, or read an answer', async () => {
  await using node = new TestNode({ allowedOrigins: ['https://chat.example.org'] });
  const stream = await RawStream.open(node.port);
  const ask = (path: string, method: string, origin: string) =>
    fetch(urlOf(node, path), {
      method,
      headers: { Origin: origin, 'Parley-Stream': stream.id, 'Parley-Frames': '1' },
      signal: AbortSignal.timeout(5_000),
    });
  for (const origin of [
    'http://localhost:3000',
    'https://[::1]:5173',
    'https://chat.example.org',
    `http://127.0.0.1:${node.port}`,
  ]) {
    const opened = await ask('', 'POST', origin);
    const asked = await ask('/frames', 'OPTIONS', origin);
    const posted = await ask('/frames', 'POST', origin);
    expect([opened.status, asked.status, posted.status]).toEqual([200, 204, 204]);
    for (const { headers } of [opened, asked, posted]) {
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
    }
    expect(asked.headers.get('access-control-allow-headers')).toBe('Content-Type, Parley-Stream, Parley-Frames');
    await opened.body?.cancel();
  }
  const connections = node.connect.numbers().connections;
  for (const origin of [
    'null',
    'https://evil.example',
    'https://chat.example.org.evil.example',
    'http://chat.example.org',
  ])
    for (const [path, method] of [
      ['', 'POST'],
      ['', 'OPTIONS'],
      ['/frames', 'POST'],
      ['/frames', 'OPTIONS'],
    ] as const) {
      const answer = await ask(path, method, origin);
      expect([origin, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null]);
    }
  expect(node.connect.numbers().connections).toBeLessThanOrEqual(connections);
});

test('other methods are told which one there is, other paths are not found', async () => {
  await using node = new TestNode();
  for (const path of ['', '/frames'])
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(urlOf(node, path), { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
  for (const path of ['/', '/frames/', '/frames/1', '/other', 's'])
    expect((await fetch(urlOf(node, path), { method: 'POST' })).status).toBe(404);
});

test('a stream takes no cookie and no token of its request: only session.hello signs in', async () => {
  await using node = new TestNode();
  const stream = await RawStream.open(node.port, {
    path: '/v1/stream?token=1',
    headers: { Cookie: 'token=1', Authorization: 'Bearer 1' },
  });
  for (let id = 1; id <= 20; id++) stream.command(id, 'message.send');
  const { code, before } = await stream.closeFrame();
  expect([code, before.length]).toEqual([closeCodes['bad-frames'].code, 20]);
  expect(JSON.parse(before[0]!)).toMatchObject({ id: 1, error: { code: 'unauthenticated' } });
  expect(node.logic.batches).toHaveLength(0);
});

test('D6 subscribe makes a stream listen before its sign-in is through', async () => {
  await using node = new TestNode();
  node.logic.answers = async ({ caller }) => {
    await node.connect.service.subscribe(caller.connection!.connectionId, ['u:1', 'c:7'], []);
    await node.deliver(delivery(7, 5));
    return { result: {}, effects: { session: sessionOf(1) } };
  };
  const stream = await RawStream.open(node.port);
  stream.command(1, 'session.hello', { token: '1' });
  const frames = [await stream.json(), await stream.json()];
  expect(frames).toMatchObject([{ push: 'message.changed', message: { version: 5 } }, { id: 1 }]);
});

test('D11 a stream with too many commands out is told busy', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  const held = Promise.withResolvers<void>();
  node.logic.answers = () => held.promise.then(() => ({ result: {} }));
  const frames = Array.from({ length: 200 }, (_, index) => commandOf(index + 2, 'message.send')).join('\n');
  await stream.post(frames);
  await stream.post(frames);
  for (let count = 0; count < 400 - limits.commandsInFlightMax; count++)
    expect(await stream.json()).toMatchObject({ error: { code: 'busy', retryAfterMs: expect.any(Number) } });
  held.resolve();
  for (let count = 0; count < limits.commandsInFlightMax; count++)
    expect(await stream.json()).toMatchObject({ result: {} });
});

test('an answer far larger than the buffer reaches a client that reads, and the stream goes on', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  node.logic.answers = () => ({ result: 'x'.repeat(3_000_000) });
  stream.command(2, 'message.history');
  expect(((await stream.json())['result'] as string).length).toBe(3_000_000);
  node.logic.answers = () => undefined;
  stream.command(3, 'message.send', { fine: true });
  expect(await stream.json()).toEqual({ id: 3, result: { fine: true } });
});

test('what is said by WebSocket, TCP and stream reaches the other two', async () => {
  await using node = new TestNode();
  const topics: Topic[] = ['c:7'];
  const [web, stream] = [await node.signedIn(1, topics), await RawStream.signedIn(node, 2, topics)];
  const tcp = await RawSocket.open(node.tcpPort);
  const packets = new PacketDecoder(packetLimits.v2ServerPayloadBytesMax);
  const texts: string[] = [];
  const fromTcp = async () => {
    while (texts.length === 0)
      texts.push(
        ...(await tcp.read((bytes) =>
          bytes.length === 0 ? undefined : { value: packets.push(bytes), used: bytes.length },
        )),
      );
    return JSON.parse(texts.shift()!) as Record<string, unknown>;
  };
  tcp.write(encodePacket('v2', commandOf(1, 'session.hello', { token: '3', topics })));
  await fromTcp();
  node.logic.answers = (call) => {
    const version = (call.params as { version: number }).version;
    return node.deliver(delivery(7, version)).then(() => ({ result: {} }));
  };
  web.command(2, 'message.send', { version: 1 });
  for (const read of [() => web.json(), () => stream.json(), fromTcp])
    expect(await read()).toMatchObject({ push: 'message.changed', message: { version: 1 } });
  stream.command(2, 'message.send', { version: 2 });
  expect(await web.json()).toMatchObject({ id: 2 });
  for (const read of [() => web.json(), () => stream.json(), fromTcp])
    expect(await read()).toMatchObject({ message: { version: 2 } });
  tcp.write(encodePacket('v2', commandOf(2, 'message.send', { version: 3 })));
  expect(await stream.json()).toMatchObject({ id: 2 });
  for (const read of [() => web.json(), () => stream.json(), fromTcp])
    expect(await read()).toMatchObject({ message: { version: 3 } });
});
