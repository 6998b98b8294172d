import { expect, test } from 'bun:test';
import { limits, type Push } from '@parley/protocol';
import type { Topic } from '../../src/delivery.ts';
import { nextTurn, pushed, versionsOf } from './pushed.ts';
import { delivery, sessionOf, TestNode } from './test-node.ts';

const typing = (conversationId: number): Push => ({ push: 'typing', conversationId, userId: 1, isTyping: true });

test('D8 a user who joins gets the very push that lets them in; one who parts gets the last one, and nothing after', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  await node.deliver(
    delivery(7, 1),
    delivery(7, 2, { joins: [1, 2, 3] }),
    delivery(7, 3, { parts: [1] }),
    delivery(7, 4),
  );
  expect(versionsOf(await pushed(one))).toEqual([2, 3]);
  expect(versionsOf(await pushed(two))).toEqual([2, 3, 4]);
});

test('D8 F7 a removal cannot be undone by a join that comes late or twice, nor a return by an old removal', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const joined = delivery(7, 2, { joins: [1, 2], isFenced: true });
  const removed = delivery(7, 3, { parts: [1], isFenced: true });
  await node.deliver(joined, removed, joined, delivery(7, 4, { isFenced: true }));
  expect(versionsOf(await pushed(one))).toEqual([2, 3]);
  await node.deliver(delivery(7, 5, { joins: [1], isFenced: true }), removed, delivery(7, 6, { isFenced: true }));
  expect(versionsOf(await pushed(one))).toEqual([5, 6]);
  expect(versionsOf(await pushed(two))).toEqual([2, 3, 4, 5, 6]);
});

test('D8 F7 a message that overtakes a removal is not shown: everyone is told to look', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const fenced = { isFenced: true };
  node.logic.membershipIs = { version: 3, strangers: [1] };
  await node.deliver(
    delivery(7, 1, { ...fenced, joins: [1, 2] }),
    delivery(7, 3, fenced),
    delivery(7, 2, { ...fenced, parts: [1] }),
  );
  const head = { push: 'conversation.head', conversationId: 7, version: 3, seq: 3 };
  expect((await pushed(one)).slice(1)).toEqual([head]);
  await node.deliver(delivery(7, 4, fenced), delivery(7, 2, fenced));
  expect(await pushed(one)).toEqual([]);
  expect(versionsOf(await pushed(two))).toEqual([1, undefined, 4]);
});

test('D8 F7 to who has just begun to listen a message from before is not shown, however late it comes', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['c:7']);
  await node.deliver(delivery(7, 3, { isFenced: true }));
  expect(await pushed(socket)).toEqual([{ push: 'conversation.head', conversationId: 7, version: 3, seq: 3 }]);
  await node.deliver(delivery(7, 4, { isFenced: true }));
  expect(versionsOf(await pushed(socket))).toEqual([4]);
});

test('D8 a member who signs in is shown nothing that is still on its way from before they joined; the others are told to look', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1, ['c:7']), await node.signedIn(2)];
  const fenced = { isFenced: true };
  await node.deliver(delivery(7, 3, { ...fenced, joins: [1] }));
  await pushed(one);
  const floor = { topic: 'c:7', joinSeq: 5, seq: 6, version: 6 } as const;
  await node.connect.service.subscribe('2', ['c:7'], [floor]);
  await node.deliver(delivery(7, 4, fenced), delivery(7, 5, fenced), delivery(7, 6, { ...fenced, joins: [2] }));
  await node.deliver(delivery(7, 7, fenced));
  const head = { push: 'conversation.head', conversationId: 7, version: 6, seq: 6 };
  for (const socket of [one, two]) {
    const frames = await pushed(socket);
    expect(frames[0]).toEqual(head);
    expect(versionsOf(frames)).toEqual([undefined, 7]);
  }
});

test('D8 the first to listen to a group hears nothing from before they joined; who joined long ago disturbs nobody', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const fenced = { isFenced: true };
  await node.connect.service.subscribe('1', ['c:7'], [{ topic: 'c:7', joinSeq: 5, seq: 6, version: 6 }]);
  await node.deliver(delivery(7, 4, fenced), delivery(7, 5, fenced), delivery(7, 6, fenced));
  await node.connect.service.subscribe('2', ['c:7'], [{ topic: 'c:7', joinSeq: 1, seq: 8, version: 8 }]);
  await node.deliver(delivery(7, 7, fenced), delivery(7, 8, fenced));
  for (const socket of [one, two]) expect(versionsOf(await pushed(socket))).toEqual([7, 8]);
});

test('D8 an outcome that was out while its user was removed does not make them listen; one sent later does', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  const answer = Promise.withResolvers<void>();
  node.logic.answers = ({ command }) =>
    command === 'slow'
      ? answer.promise.then(() => ({ result: {}, effects: { subscribe: ['c:7'] as Topic[] } }))
      : undefined;
  socket.command(2, 'slow');
  while (node.connect.numbers().commandsInFlight === 0 || node.logic.batches.length < 2) await nextTurn();
  node.clock.advance(1);
  await node.deliver(delivery(7, 1, { parts: [1] }));
  answer.resolve();
  await socket.json();
  await node.deliver(delivery(7, 2));
  expect(await pushed(socket)).toEqual([]);
  node.clock.advance(1);
  socket.command(3, 'listen', { topics: ['c:7'] });
  await socket.json();
  await node.deliver(delivery(7, 3));
  expect(versionsOf(await pushed(socket))).toEqual([3]);
});

test('effects subscribe, unsubscribe and replace what is watched before the reply is written', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['c:7', 'c:8']);
  node.logic.answers = ({ command }) =>
    command === 'watch'
      ? { result: {}, effects: { presence: ['p:4', 'p:5'] } }
      : command === 'watch-other'
        ? { result: {}, effects: { presence: ['p:5', 'p:6'] } }
        : undefined;
  socket.command(2, 'unlisten', { topics: ['c:8', 'c:99'] });
  socket.command(3, 'watch');
  await socket.json();
  await socket.json();
  const online = (userId: number): Push => ({ push: 'presence', presence: { userId, isOnline: true } });
  const all = [4, 5, 6].map((userId) => ({ topic: `p:${userId}` as Topic, push: online(userId) }));
  await node.deliver(delivery(7, 1), delivery(8, 1), ...all);
  expect(await pushed(socket)).toMatchObject([{ push: 'message.changed' }, online(4), online(5)]);
  socket.command(4, 'watch-other');
  await socket.json();
  await node.deliver(...all);
  expect(await pushed(socket)).toEqual([online(5), online(6)]);
});

test('P4 presence knows of the first and the last listener of a topic, before the reply', async () => {
  await using node = new TestNode();
  const nodesOf = async (topic: Topic) => (await node.presence.nodesOf([topic])).get(topic);
  const one = await node.signedIn(1, ['c:7']);
  expect([await nodesOf('c:7'), await nodesOf('u:1')]).toEqual([['n1'], ['n1']]);
  const two = await node.signedIn(2, ['c:7']);
  one.destroy();
  while (node.connect.numbers().connections > 1) await nextTurn();
  await nextTurn();
  expect([await nodesOf('c:7'), await nodesOf('u:1')]).toEqual([['n1'], []]);
  two.command(2, 'unlisten', { topics: ['c:7'] });
  await two.json();
  await nextTurn();
  expect(await nodesOf('c:7')).toEqual([]);
  expect(node.connect.numbers().topics).toBe(1);
});

test('D6 subscribe makes a connection listen before its sign-in is through, and ignores one that is gone', async () => {
  await using node = new TestNode();
  node.logic.answers = async ({ caller }) => {
    const connectionId = caller.connection!.connectionId;
    await node.connect.service.subscribe(connectionId, ['u:1', 'c:7'], []);
    await node.deliver(delivery(7, 5), delivery(8, 1, { joins: [1] }));
    return { result: {}, effects: { session: sessionOf(1) } };
  };
  const socket = await node.open();
  socket.command(1, 'session.hello', { token: '1' });
  const frames = [await socket.json(), await socket.json(), await socket.json()];
  expect(versionsOf(frames).filter(Boolean)).toEqual([5, 1]);
  await node.connect.service.subscribe('gone', ['c:7'], []);
});

test('listeners are distinct users, some of them named, all of them counted', async () => {
  await using node = new TestNode();
  for (const userId of [1, 1, 2, 3]) await node.signedIn(userId, ['c:7']);
  const { userIds, count } = await node.connect.service.listeners('c:7', 2);
  expect([userIds.length, count]).toEqual([2, 3]);
  expect(await node.connect.service.listeners('c:8', 2)).toEqual({ userIds: [], count: 0 });
});

test('D7 a conversation that is behind gets its head within a heartbeat; one on its way does not', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['c:7', 'c:8', 'h:9']);
  const bystander = await node.signedIn(2);
  await node.deliver(delivery(7, 3), delivery(8, 3));
  await pushed(socket);
  node.logic.headsAre = [7, 8, 9].map((conversationId) => ({ conversationId, version: 4, seq: 4 }));
  const frames: Record<string, unknown>[] = [];
  for (let passed = 0; passed < limits.heartbeatIntervalMs; passed += 1_000) {
    node.advance(1_000);
    await nextTurn();
    if (passed === 25_000) await node.deliver(delivery(8, 4));
    frames.push(...(await pushed(socket)));
    await pushed(bystander);
  }
  const heads = frames.filter(({ push }) => push === 'conversation.head');
  expect(heads.map(({ conversationId, version }) => [conversationId, version])).toEqual([
    [7, 4],
    [9, 4],
  ]);
});

test('rooms not on screen get at most one head in two seconds, with where the room stands then', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['h:7']);
  for (let version = 1; version <= 50; version++) {
    await node.deliver(delivery(7, version));
    node.advance(100);
  }
  const heads = await pushed(socket);
  expect(heads.map(({ push }) => push)).toEqual(['conversation.head', 'conversation.head']);
  node.advance(2_000);
  expect(await pushed(socket)).toEqual([{ push: 'conversation.head', conversationId: 7, version: 50, seq: 50 }]);
});

test('D15 a node that presence forgot says all of it again', async () => {
  await using node = new TestNode();
  await node.signedIn(1, ['c:7']);
  const { node: ref } = { node: { nodeId: 'n1', bootId: 'other' } };
  await node.presence.beat(ref);
  await node.presence.beat({ nodeId: 'n1', bootId: 'third' });
  expect((await node.presence.nodesOf(['c:7'])).get('c:7')).toEqual([]);
  node.advance(5_100);
  await nextTurn();
  expect((await node.presence.nodesOf(['c:7'])).get('c:7')).toEqual(['n1']);
  expect((await node.presence.routesOf([1])).get(1)).toMatchObject([
    { userId: 1, connectionId: '1', nodeId: 'n1', bootId: 'b1' },
  ]);
});

test('frames of one tick reach logic in one call, of at most 1,024 commands', async () => {
  await using node = new TestNode();
  const sockets = await Promise.all(Array.from({ length: 5 }, (_, index) => node.signedIn(index + 1)));
  node.logic.batches.length = 0;
  for (const socket of sockets) for (let id = 2; id < 252; id++) socket.command(id, 'message.send', { id });
  for (const socket of sockets) for (let id = 2; id < 252; id++) expect(await socket.json()).toMatchObject({ id });
  const sizes = node.logic.batches.map((batch) => batch.length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1_250);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
  expect(sizes.length).toBeLessThan(300);
});

test('D3 the commands of one connection are taken in its order, while others do not wait', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const search = Promise.withResolvers<void>();
  const order: unknown[] = [];
  node.logic.answers = (call) => {
    order.push((call.params as { n?: number }).n);
    return call.command === 'message.search' ? search.promise.then(() => ({ result: {} })) : undefined;
  };
  one.command(2, 'message.send', { n: 1 });
  one.command(3, 'message.search', { n: 2 });
  one.command(4, 'message.send', { n: 3 });
  expect(await one.json()).toMatchObject({ id: 2 });
  two.command(2, 'message.send', { n: 4 });
  expect(await two.json()).toMatchObject({ id: 2 });
  search.resolve();
  expect(await one.json()).toMatchObject({ id: 3 });
  expect(await one.json()).toMatchObject({ id: 4 });
  expect(order.filter((n) => n !== 4)).toEqual([1, 2, 3]);
});

test('D11 a connection with too many commands out is told busy, and others are served', async () => {
  await using node = new TestNode();
  const [flooding, other] = [await node.signedIn(1), await node.signedIn(2)];
  const held = Promise.withResolvers<void>();
  node.logic.answers = (call) =>
    call.caller.session?.userId === 1 ? held.promise.then(() => ({ result: {} })) : undefined;
  const extra = 100;
  for (let id = 2; id < 2 + limits.commandsInFlightMax + extra; id++) flooding.command(id, 'message.send');
  for (let count = 0; count < extra; count++)
    expect(await flooding.json()).toMatchObject({
      error: { code: 'busy', retryable: true, retryAfterMs: expect.any(Number) },
    });
  other.command(2, 'message.send', { fine: true });
  expect(await other.json()).toEqual({ id: 2, result: { fine: true } });
  held.resolve();
  for (let count = 0; count < limits.commandsInFlightMax; count++)
    expect(await flooding.json()).toMatchObject({ result: {} });
  expect(node.connect.numbers().commandsInFlight).toBe(0);
});

test('D9 typing reaches listeners', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1, ['c:7']);
  await node.deliver({ topic: 'c:7', push: typing(7) });
  expect(await socket.json()).toEqual(typing(7));
});
