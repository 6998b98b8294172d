import { expect, test } from 'bun:test';
import { limits } from '@parley/protocol';
import type { CommandOutcome } from '../../src/rpc/rpc.ts';
import { sessionOf, TestNode } from './test-node.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const signInsAtLogic = 512;
const sendsMax = 16_384;
const searchesAtLogic = 16;

/** A node whose sign-ins are answered when the test lets them. */
function heldNode() {
  const node = new TestNode();
  const answers: (() => void)[] = [];
  node.logic.answers = ({ command, params }) =>
    command === 'session.hello'
      ? new Promise<CommandOutcome>((resolve) =>
          answers.push(() =>
            resolve({ result: {}, effects: { session: sessionOf(Number((params as { token: string }).token)) } }),
          ),
        )
      : undefined;
  return { node, answers };
}

async function openMany(node: TestNode, count: number) {
  const sockets = await Promise.all(Array.from({ length: count }, () => node.open()));
  for (const [index, socket] of sockets.entries())
    socket.command(1, 'session.hello', { token: String(index + 1), topics: [] });
  while (node.connect.numbers().commandsInFlight < count) await nextTurn();
  await nextTurn();
  return sockets;
}

test('F17 sign-ins that all come at once go to logic a few at a time, and everyone’s turn comes', async () => {
  const { node, answers } = heldNode();
  await using _ = node;
  const count = signInsAtLogic + 40;
  const sockets = await openMany(node, count);
  expect(answers).toHaveLength(signInsAtLogic);
  for (let done = 0; done < count; done++) {
    while (answers[done] === undefined) await nextTurn();
    answers[done]?.();
  }
  for (const socket of sockets) expect(await socket.json()).toMatchObject({ id: 1, result: {} });
  expect(node.connect.numbers().commandsInFlight).toBe(0);
}, 20_000);

test('D11 F17 a sign-in that waits too long is told when to come back, and has the whole time to do so', async () => {
  const { node, answers } = heldNode();
  await using _ = node;
  const sockets = await openMany(node, signInsAtLogic + 1);
  node.advance(5_500);
  const late = sockets.at(-1);
  expect(await late?.json()).toMatchObject({ id: 1, error: { code: 'busy', retryAfterMs: expect.any(Number) } });
  for (const answer of answers) answer();
  for (const socket of sockets.slice(0, -1)) await socket.json();
  node.advance(limits.authDeadlineMs - 1_000);
  late?.command(2, 'session.hello', { token: '9999', topics: [] });
  while (answers.length <= signInsAtLogic) await nextTurn();
  answers.at(-1)?.();
  expect(await late?.json()).toMatchObject({ id: 2, result: {} });
}, 20_000);

test('F16 F17 a socket is not closed for its deadline while its sign-in waits for the server', async () => {
  const { node, answers } = heldNode();
  await using _ = node;
  const [socket] = await openMany(node, 1);
  node.advance(limits.authDeadlineMs + 500);
  answers[0]?.();
  expect(await socket?.json()).toMatchObject({ id: 1, result: {} });
});

test('D11 F18 more than a node takes on is refused with a delay before it costs anything, and goes through later', async () => {
  await using node = new TestNode();
  const each = limits.commandsInFlightMax;
  const senders = sendsMax / each;
  const sockets = await Promise.all(Array.from({ length: senders + 1 }, (_, index) => node.signedIn(index + 1)));
  const held = Promise.withResolvers<CommandOutcome>();
  node.logic.answers = () => held.promise;
  for (const socket of sockets.slice(0, senders))
    for (let id = 2; id < 2 + each; id++) socket.command(id, 'message.send', {});
  while (node.connect.numbers().commandsInFlight < sendsMax) await nextTurn();
  const late = sockets.at(-1);
  for (const id of [2, 3]) {
    late?.command(id, 'message.send', {});
    expect(await late?.json()).toMatchObject({ id, error: { code: 'busy', retryAfterMs: expect.any(Number) } });
    node.advance(1_700); // Meanwhile it is not read.
  }
  const asked = node.logic.batches.flat().filter(({ command }) => command === 'message.send');
  expect(asked.filter(({ caller }) => caller.session?.userId === senders + 1)).toEqual([]);
  held.resolve({ result: {} });
  while (node.connect.numbers().commandsInFlight > 0) await nextTurn();
  late?.command(4, 'message.send', {});
  expect(await late?.json()).toMatchObject({ id: 4, result: {} });
  expect(node.connect.refusals.of('busy')).toBe(2);
}, 20_000);

test('D11 what logic refuses gives its place there back', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  const error = { code: 'unavailable', message: 'Not now.', retryable: true } as const;
  node.logic.answers = () => ({ error });
  for (let id = 2; id < 2 + 2 * searchesAtLogic; id++) {
    socket.command(id, 'message.search', {});
    expect(await socket.json()).toMatchObject({ id, error });
  }
});
