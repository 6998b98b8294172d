import { expect, test } from 'bun:test';
import { encodePacket, limits, PacketDecoder, packetLimits } from '@parley/protocol';
import type { ProtocolFactory } from '../../src/connect/connect.ts';
import type { Delivery } from '../../src/delivery.ts';
import { RawSocket } from './raw-socket.ts';
import { delivery, messageChanged, TestNode } from './test-node.ts';

/** A client of packets. */
class RawTcp {
  readonly socket: RawSocket;
  private readonly decoder = new PacketDecoder(packetLimits.v2ServerPayloadBytesMax);
  private readonly texts: string[] = [];

  constructor(socket: RawSocket) {
    this.socket = socket;
  }

  static async open(node: TestNode): Promise<RawTcp> {
    return new RawTcp(await RawSocket.open(node.tcpPort));
  }

  static async signedIn(node: TestNode, userId: number, topics: readonly string[] = []): Promise<RawTcp> {
    const client = await RawTcp.open(node);
    client.command(1, 'session.hello', { token: String(userId), topics });
    await client.json();
    return client;
  }

  command(id: number, command: string, params: unknown = {}): void {
    this.socket.write(encodePacket('v2', JSON.stringify({ id, command, params })));
  }

  async text(): Promise<string> {
    while (this.texts.length === 0)
      this.texts.push(
        ...(await this.socket.read((bytes) =>
          bytes.length === 0 ? undefined : { value: this.decoder.push(bytes), used: bytes.length },
        )),
      );
    return this.texts.shift()!;
  }

  async json(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.text()) as Record<string, unknown>;
  }
}

function shout(push: Delivery['push']): string | undefined {
  if (push.push === 'raw') return push.format === 'shout' ? push.text : undefined;
  return push.push === 'message.changed' ? `MESSAGE ${push.message.version}` : undefined;
}

/** Says what it hears; signs in with the first text. */
const shouting: ProtocolFactory = ({ submit }) => ({
  name: 'shouting',
  format: { name: 'shout', encode: ({ push }) => shout(push) },
  packets: 'v1',
  silenceMs: Infinity,
  keepAlive: { intervalMs: 54_000, say: (peer) => peer.send('ping msg') },
  onFrame: (peer, text) =>
    submit(peer, { ticket: 1, command: 'session.hello', params: { token: text, topics: ['c:7'] } }),
  onOutcome: (peer, _ticket, { error }) => peer.send(error?.code.toUpperCase() ?? 'WELCOME'),
  onUnreadable: (peer) => peer.close('bad-frames'),
});

test('the same commands and pushes go over TCP in v2 packets, sticky and split', async () => {
  await using node = new TestNode();
  const client = await RawTcp.open(node);
  const bytes = Buffer.concat([
    encodePacket('v2', '{"id":1,"command":"session.hello","params":{"token":"3","topics":["c:7"]}}'),
    encodePacket('v2', '{"id":2,"command":"message.send","params":{"a":1}}'),
    encodePacket('v2', '{"id":3,"command":"message.send","params":{"a":2}}'),
  ]);
  for (let index = 0; index < bytes.length; index += 50) {
    client.socket.write(bytes.subarray(index, index + 50));
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const id of [1, 2, 3]) expect(await client.json()).toMatchObject({ id });
  await node.deliver(delivery(7, 1), delivery(7, 2));
  for (const version of [1, 2])
    expect(await client.json()).toMatchObject({ push: 'message.changed', message: { version } });
});

test('F14 garbage on TCP ends that socket only, also before any sign-in', async () => {
  await using node = new TestNode();
  const bystander = await RawTcp.signedIn(node, 1, ['c:7']);
  const garbage = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from([0x76, 0x31, 0xff, 0xff, 0]),
    Buffer.from([0x76, 0x31, 0, 0]),
    Buffer.from([0x76, 0x32, 0x40, 0, 0, 0]),
    Buffer.from([0x76, 0x33]),
    encodePacket('v1', '{}'),
    Buffer.concat([encodePacket('v2', '{"id":1,"command":"x"}'), Buffer.from('zz')]),
    Buffer.concat([Buffer.from([0x76, 0x32, 0, 0, 0, 2]), Buffer.from([0xff, 0xfe])]),
  ];
  for (const bytes of garbage) {
    const client = await RawTcp.open(node);
    client.socket.write(bytes);
    await client.socket.closed;
  }
  await node.deliver(delivery(7, 1));
  expect(await bystander.json()).toMatchObject({ push: 'message.changed' });
  expect(node.connect.numbers().connections).toBe(1);
});

test('a registered protocol takes the connections of its packets, with its own format and keep-alive', async () => {
  await using node = new TestNode({ protocols: [shouting] });
  const shout = await RawTcp.open(node);
  shout.socket.write(encodePacket('v1', '9'));
  expect(await shout.text()).toBe('WELCOME');
  const ours = await RawTcp.signedIn(node, 2, ['c:7']);
  const web = await node.signedIn(3, ['c:7']);
  await node.deliver(
    delivery(7, 1),
    { topic: 'c:7', push: { push: 'raw', format: 'shout', text: 'RAW' } },
    { topic: 'c:7', push: { push: 'raw', format: 'parley.v1+json', text: '{"raw":1}' } },
  );
  expect([await shout.text(), await ours.json(), await web.json()]).toMatchObject([
    'MESSAGE 1',
    { message: { version: 1 } },
    { message: { version: 1 } },
  ]);
  expect([await ours.json(), await web.json()]).toEqual([{ raw: 1 }, { raw: 1 }]);
  node.advance(limits.authDeadlineMs + 54_000);
  expect(await shout.text()).toBe('RAW');
  expect(await shout.text()).toBe('ping msg');
  node.advance(54_000);
  expect(await shout.text()).toBe('ping msg');
});

test('a frame that does not fit its packets is left out, and the stream goes on', async () => {
  await using node = new TestNode({
    protocols: [
      (ports) => ({ ...shouting(ports), format: { name: 'shout', encode: ({ push }) => JSON.stringify(push) } }),
    ],
  });
  const shout = await RawTcp.open(node);
  shout.socket.write(encodePacket('v1', '9'));
  await shout.text();
  await node.deliver(
    { topic: 'c:7', push: messageChanged(7, 1, 'x'.repeat(32_764)) },
    { topic: 'c:7', push: messageChanged(7, 2, 'y') },
  );
  expect(await shout.json()).toMatchObject({ message: { version: 2 } });
});

test('F16 a TCP socket that sends nothing is closed at the deadline', async () => {
  await using node = new TestNode();
  const client = await RawTcp.open(node);
  while (node.connect.numbers().connections === 0) await new Promise((resolve) => setImmediate(resolve));
  node.advance(limits.authDeadlineMs + 100);
  await client.socket.closed;
});

test('D10 a TCP socket that stops reading is cut off at its limit; another gets everything', async () => {
  await using node = new TestNode();
  const slow = await RawTcp.signedIn(node, 1, ['c:7']);
  const quick = await RawTcp.signedIn(node, 2, ['c:7']);
  slow.socket.pause();
  const text = 'x'.repeat(8_000);
  let version = 0;
  while (node.connect.numbers().connections === 2 && version < 2_000) {
    await node.deliver({ topic: 'c:7', push: messageChanged(7, ++version, text) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(node.connect.numbers().connections).toBe(1);
  for (let next = 1; next <= version; next++) expect(await quick.json()).toMatchObject({ message: { version: next } });
});

test('a reply larger than a client may send goes over TCP; one that fits no packet is an error', async () => {
  await using node = new TestNode();
  const client = await RawTcp.signedIn(node, 1);
  node.logic.answers = (call) => ({ result: 'x'.repeat((call.params as { size: number }).size) });
  client.command(2, 'message.history', { size: 100_000 });
  client.command(3, 'message.history', { size: 600_000 });
  expect(await client.json()).toMatchObject({ id: 2, result: 'x'.repeat(100_000) });
  expect(await client.json()).toMatchObject({ id: 3, error: { code: 'frame-too-large' } });
});
