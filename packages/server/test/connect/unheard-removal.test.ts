import { expect, test } from 'bun:test';
import { limits } from '@parley/protocol';
import { listenerCheckLimits } from '../../src/connect/listener-check.ts';
import { topicOf } from '../../src/delivery.ts';
import { nextTurn, pushed, versionsOf } from './pushed.ts';
import { delivery, TestNode } from './test-node.ts';

test('D8 F1 whose removal is never heard hears no more: after a gap it is looked up who may listen', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const fenced = { isFenced: true };
  node.logic.membershipIs = { version: 3, strangers: [1] };
  // 2 was the removal, and who committed it is gone.
  await node.deliver(delivery(7, 1, { ...fenced, joins: [1, 2] }), delivery(7, 3, fenced));
  await nextTurn();
  await node.deliver(delivery(7, 4, fenced), delivery(7, 5, fenced));
  expect(versionsOf(await pushed(one))).toEqual([1, undefined]);
  expect(versionsOf(await pushed(two))).toEqual([1, undefined, 4, 5]);
  expect(node.logic.looks).toBe(1);
});

test('D8 F1 until it is known who may listen to a group, nobody is told more than where it stands', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  const fenced = { isFenced: true };
  await node.deliver(delivery(7, 1, { ...fenced, joins: [1] }), delivery(7, 3, fenced));
  // The answer is from before 3, so it says nothing of it.
  node.logic.membershipIs = { version: 2, strangers: [] };
  await nextTurn();
  await node.deliver(delivery(7, 4, fenced));
  node.logic.membershipIs = { version: 5, strangers: [] };
  node.advance(1_100);
  await nextTurn();
  await node.deliver(delivery(7, 5, fenced), delivery(7, 6, fenced));
  const head = (version: number) => ({ push: 'conversation.head', conversationId: 7, version, seq: version });
  const frames = await pushed(socket);
  expect(frames.slice(1, 4)).toEqual([head(3), head(4), head(5)]);
  expect(versionsOf(frames.slice(4))).toEqual([6]);
});

test('D8 F1 a removal that was the last of a group and never heard is found with its head', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const fenced = { isFenced: true };
  await node.deliver(delivery(7, 1, { ...fenced, joins: [1, 2] }));
  node.logic.headsAre = [{ conversationId: 7, version: 2, seq: 2 }];
  node.logic.membershipIs = { version: 2, strangers: [1] };
  for (let second = 0; second < limits.heartbeatIntervalMs / 1_000; second++) {
    node.advance(1_000);
    await nextTurn();
  }
  await node.deliver(delivery(7, 3, fenced));
  expect(versionsOf(await pushed(one))).toEqual([1, undefined]);
  expect(versionsOf(await pushed(two))).toEqual([1, undefined, 3]);
});

test('D8 F1 who begins to listen by what was read before a removal that was never heard is looked up as well', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const fenced = { isFenced: true };
  node.logic.membershipIs = { version: 3, strangers: [1] };
  await node.deliver(delivery(7, 1, { ...fenced, joins: [2] }), delivery(7, 3, fenced));
  await nextTurn();
  await node.connect.service.subscribe('1', ['c:7'], [{ topic: 'c:7', joinSeq: 0, seq: 1, version: 1 }]);
  await nextTurn();
  await node.deliver(delivery(7, 4, fenced));
  expect(versionsOf(await pushed(one))).toEqual([]);
  expect(versionsOf(await pushed(two))).toEqual([1, undefined, 4]);
});

test('D8 F1 who begins to listen while it is looked up is looked up as well', async () => {
  await using node = new TestNode();
  const [one, two] = [await node.signedIn(1), await node.signedIn(2)];
  const fenced = { isFenced: true };
  node.logic.membershipIs = { version: 3, strangers: [1] };
  node.logic.whileLooking = async () => {
    node.logic.whileLooking = undefined;
    // What let it in was read before the removal.
    await node.connect.service.subscribe('1', ['c:7'], [{ topic: 'c:7', joinSeq: 0, seq: 1, version: 1 }]);
  };
  await node.deliver(delivery(7, 1, { ...fenced, joins: [2] }), delivery(7, 3, fenced));
  await nextTurn();
  node.advance(1_100);
  await nextTurn();
  await node.deliver(delivery(7, 4, fenced));
  expect(versionsOf(await pushed(one))).not.toContain(4);
  expect(versionsOf(await pushed(two))).toEqual([1, undefined, 4]);
  expect(node.logic.looks).toBe(2);
});

test('D8 F3 many groups left in doubt at once are looked up together, and all tell everything again', async () => {
  await using node = new TestNode();
  const groups = Array.from({ length: 2 * listenerCheckLimits.groupsMax + 1 }, (_, index) => index + 1);
  const topics = groups.map((id) => topicOf.conversation(id));
  const socket = await node.signedIn(1, topics);
  node.logic.membershipIs = { version: 3, strangers: [] };
  const tell = (version: number) =>
    node.deliver(
      ...groups.map((id) => delivery(id, version, { isFenced: true, ...(version === 1 ? { joins: [1] } : {}) })),
    );
  await tell(1);
  await tell(3);
  await nextTurn();
  await tell(4);
  const versions = versionsOf(await pushed(socket));
  expect(versions).toEqual([1, undefined, 4].flatMap((version) => groups.map(() => version)));
  expect(node.logic.looks).toBe(3);
});

test('D8 a group in which there is always something new is looked up once, as what comes in order needs no look', async () => {
  await using node = new TestNode();
  const socket = await node.signedIn(1);
  const fenced = { isFenced: true };
  node.logic.membershipIs = { version: 3, strangers: [] };
  await node.deliver(delivery(7, 1, { ...fenced, joins: [1] }));
  await node.deliver(delivery(7, 3, fenced), delivery(7, 4, fenced));
  await nextTurn();
  await node.deliver(delivery(7, 5, fenced));
  expect(versionsOf(await pushed(socket))).toEqual([1, undefined, undefined, 5]);
  expect(node.logic.looks).toBe(1);
});

test('D8 F4 while nobody can say who may listen, it is asked once a second, whatever else comes into doubt', async () => {
  await using node = new TestNode();
  await node.signedIn(1, [topicOf.conversation(7), topicOf.conversation(8)]);
  const fenced = { isFenced: true, joins: [1] };
  node.logic.membershipIs = undefined;
  for (const group of [7, 8]) {
    await node.deliver(delivery(group, 1, fenced), delivery(group, 3, fenced));
    await nextTurn();
  }
  expect(node.logic.looks).toBe(1);
  node.advance(1_100);
  await nextTurn();
  expect(node.logic.looks).toBe(2);
});
