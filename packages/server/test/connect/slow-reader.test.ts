import { expect, test } from 'bun:test';
import { closeCodes, type Push } from '@parley/protocol';
import type { Delivery } from '../../src/delivery.ts';
import { RawStream } from './raw-stream.ts';
import { messageChanged, TestNode } from './test-node.ts';

/** More than a kernel keeps for one loopback socket, in deliveries of 8 KB. */
const flood = 1_600;
const text = 'x'.repeat(8_000);
const typing = { push: 'typing', conversationId: 7, userId: 1, isTyping: true } as const satisfies Push;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Delivers durable pushes of versions `from` on, each followed by an ephemeral one, until `until` says so. */
async function pour(node: TestNode, from: number, until: () => boolean): Promise<number> {
  let version = from;
  for (; version < from + flood && !until(); version++) {
    const batch: Delivery[] = [
      { topic: 'c:7', push: messageChanged(7, version, text) },
      { topic: 'c:7', push: typing },
    ];
    await node.deliver(...batch);
    if (version % 4 === 0) await nextTurn();
  }
  return version - 1;
}

const transports = [
  ['a socket', (node: TestNode, userId: number) => node.signedIn(userId, ['c:7'])],
  ['a stream', (node: TestNode, userId: number) => RawStream.signedIn(node, userId, ['c:7'])],
] as const;

test.each(transports)(
  'D10 %s that stops reading is closed with slow-consumer; what it got before has no gap; others get everything',
  async (_name, signedIn) => {
    await using node = new TestNode();
    const slow = await signedIn(node, 1);
    const quick = await signedIn(node, 2);
    slow.socket.pause();
    const last = await pour(node, 1, () => node.connect.numbers().connections === 1);
    slow.socket.resume();
    const { code, reason, before } = await slow.closeFrame();
    while (node.connect.numbers().connections > 1) await nextTurn();
    expect([code, reason]).toEqual([closeCodes['slow-consumer'].code, 'slow-consumer']);
    const pushes = before.map((frame) => JSON.parse(frame) as Push);
    const versions = pushes.flatMap((push) => (push.push === 'message.changed' ? [push.message.version] : []));
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, index) => index + 1));
    // D9: the last ones before the end are durable only.
    expect(pushes.slice(-30).every(({ push }) => push === 'message.changed')).toBe(true);
    for (let version = 1; version <= last; version++) {
      expect(await quick.json()).toMatchObject({ message: { version } });
      expect(await quick.json()).toEqual(typing);
    }
  },
);

test.each(transports)(
  'D10 %s that falls behind and catches up loses no durable push, and gets ephemeral ones again',
  async (_name, signedIn) => {
    await using node = new TestNode();
    const socket = await signedIn(node, 1);
    socket.socket.pause();
    const last = await pour(node, 1, () => node.connect.numbers().slowConnections === 1);
    expect(node.connect.numbers()).toMatchObject({ connections: 1, slowConnections: 1 });
    socket.socket.resume();
    for (let version = 0; version < last;) {
      const push = await socket.json();
      if (push.push === 'message.changed') expect((push.message as { version: number }).version).toBe(++version);
    }
    while (node.connect.numbers().slowConnections > 0) await nextTurn();
    const later: Push = { ...typing, userId: 2 };
    await node.deliver({ topic: 'c:7', push: later }, { topic: 'c:7', push: messageChanged(7, last + 1) });
    const next: unknown[] = [];
    while (next.length < 2) {
      const push = await socket.json();
      if (next.length > 0 || push['userId'] !== typing.userId) next.push(push);
    }
    expect(next).toEqual([later, messageChanged(7, last + 1)]);
  },
);
