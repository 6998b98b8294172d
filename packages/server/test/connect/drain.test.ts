import { expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import { RawWebSocket } from './raw-websocket.ts';
import { delivery, TestNode } from './test-node.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('F19 a draining node accepts nothing, says when to go, closes in waves after that and is done in its time', async () => {
  await using node = new TestNode();
  const sockets = await Promise.all(Array.from({ length: 40 }, (_, index) => node.signedIn(index + 1, ['c:7'])));
  let isDone = false;
  const draining = node.connect.drain(3_000).then(() => (isDone = true));
  expect(
    await RawWebSocket.open(node.port).then(
      ({ status }) => status,
      () => 'refused',
    ),
  ).toBe('refused');
  await node.deliver(delivery(7, 1));
  const left: number[] = [];
  for (let tick = 0; tick <= 30; tick++) {
    node.advance(100);
    await nextTurn();
    left.push(node.connect.numbers().connections);
  }
  await draining;
  expect([isDone, left.at(-1)]).toEqual([true, 0]);
  // The first wave was told to go at once, and is closed when it had a second for it; then a wave a tick.
  expect(left.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 40));
  expect(left.every((count, index) => (left[index - 1] ?? 40) - count <= 2)).toBe(true);
  const ends = await Promise.all(sockets.map((socket) => socket.closeFrame()));
  for (const { code, reason, before } of ends) {
    expect(code).toBe(closeCodes.drain.code);
    expect((JSON.parse(reason) as { retryAfterMs: number }).retryAfterMs).toBeWithin(0, 2_000);
    expect(before.map((frame) => (JSON.parse(frame) as { push: string }).push).toSorted()).toEqual([
      'message.changed',
      'server.draining',
    ]);
  }
  const announced = ends.map(
    ({ before }) =>
      before
        .map((frame) => JSON.parse(frame) as { retryAfterMs?: number })
        .find(({ retryAfterMs }) => retryAfterMs !== undefined)!.retryAfterMs!,
  );
  expect(new Set(announced).size).toBe(20);
});

test('a node without sockets drains at once', async () => {
  await using node = new TestNode();
  const draining = node.connect.drain(3_000);
  node.advance(100);
  await draining;
});
