import { expect, test } from 'bun:test';
import type { SendableContent } from '@parley/protocol';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Session } from '../session.ts';

const text = (text: string): SendableContent => ({ type: 'text', text });
let sent = 0;

async function send(
  logic: TestLogic,
  to: { conversationId: number; from: Session },
  ...texts: string[]
): Promise<number[]> {
  const { conversationId, from } = to;
  const acks = texts.map((line) =>
    logic.call('message.send', { conversationId, clientMsgId: `m-${sent++}`, content: text(line) }, from),
  );
  return (await Promise.all(acks)).map((ack) => ack.seq);
}

async function openDirect() {
  const logic = await openTestLogic();
  const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
  const { conversation } = await logic.call('conversation.direct', { userId: ben.userId }, ann);
  return { logic, ann, ben, conversationId: conversation.id, topic: `c:${conversation.id}` as const };
}

test('D4 cursors only grow, stay within what there is, and tell the other when they moved', async () => {
  const { logic, ann, ben, conversationId, topic } = await openDirect();
  await using _ = logic;
  await send(logic, { conversationId, from: ann }, 'one', 'two', 'three');
  expect(await logic.call('cursor.advance', { conversationId, deliveredSeq: 2 }, ben)).toEqual({
    deliveredSeq: 2,
    readSeq: 0,
  });
  expect(await logic.call('cursor.advance', { conversationId, readSeq: 99 }, ben)).toEqual({
    deliveredSeq: 3,
    readSeq: 3,
  });
  expect(await logic.call('cursor.advance', { conversationId, readSeq: 1, deliveredSeq: 1 }, ben)).toEqual({
    deliveredSeq: 3,
    readSeq: 3,
  });
  const moved = (await logic.pushesTo(topic)).filter(({ push }) => push === 'cursor.moved');
  expect(moved).toEqual([
    { push: 'cursor.moved', conversationId, userId: ben.userId, deliveredSeq: 2, readSeq: 0 },
    { push: 'cursor.moved', conversationId, userId: ben.userId, deliveredSeq: 3, readSeq: 3 },
  ]);
});

test('receipts say who has and who has read a message; rooms have none', async () => {
  const { logic, ann, ben, conversationId } = await openDirect();
  await using _ = logic;
  const [seq = 0] = await send(logic, { conversationId, from: ann }, 'one');
  expect(await logic.call('message.receipts', { conversationId, seq }, ann)).toEqual({ readBy: [], deliveredTo: [] });
  await logic.call('cursor.advance', { conversationId, deliveredSeq: seq }, ben);
  const delivered = await logic.call('message.receipts', { conversationId, seq }, ann);
  expect([delivered.readBy.length, delivered.deliveredTo[0]?.name]).toEqual([0, 'ben']);
  await logic.call('cursor.advance', { conversationId, readSeq: seq }, ben);
  expect((await logic.call('message.receipts', { conversationId, seq }, ann)).readBy.map(({ id }) => id)).toEqual([
    ben.userId,
  ]);
  const [lobbySeq = 0] = await send(logic, { conversationId: 1, from: ann }, 'hi all');
  expect(await logic.refusal('message.receipts', { conversationId: 1, seq: lobbySeq }, ann)).toBe('forbidden');
});

test('unread begins at the first message of another, and mentions are those after the read cursor', async () => {
  const { logic, ann, ben, conversationId } = await openDirect();
  await using _ = logic;
  await send(logic, { conversationId, from: ben }, 'mine');
  const content: SendableContent = { type: 'text', text: '@ben', mentions: [ben.userId] };
  const { seq } = await logic.call('message.send', { conversationId, clientMsgId: 'mention', content }, ann);
  expect(await logic.call('message.unread', { conversationId }, ben)).toEqual({
    mentionSeqs: [seq],
    firstUnreadSeq: seq,
    userId: ben.userId,
  });
  await logic.call('cursor.advance', { conversationId, readSeq: seq }, ben);
  expect(await logic.call('message.unread', { conversationId }, ben)).toEqual({ mentionSeqs: [], userId: ben.userId });
});

test('D9 typing goes to the conversation and is stored nowhere', async () => {
  const { logic, ann, conversationId, topic } = await openDirect();
  await using _ = logic;
  await logic.call('typing.set', { conversationId, isTyping: true }, ann);
  expect(await logic.pushesTo(topic)).toContainEqual({
    push: 'typing',
    conversationId,
    userId: ann.userId,
    isTyping: true,
  });
  expect((await logic.call('message.sync', { conversationId, after: 0 }, ann)).version).toBe(0);
});

test('history pages both ways and around a seq', async () => {
  const { logic, ann, conversationId } = await openDirect();
  await using _ = logic;
  await send(logic, { conversationId, from: ann }, ...Array.from({ length: 25 }, (_, index) => `line ${index}`));
  const page = async (params: object) => {
    const result = await logic.call('message.history', { conversationId, limit: 10, ...params }, ann);
    return [result.items[0]?.seq, result.items.at(-1)?.seq, result.hasOlder, result.hasNewer];
  };
  expect(await page({})).toEqual([16, 25, true, false]);
  expect(await page({ before: 16 })).toEqual([6, 15, true, true]);
  expect(await page({ before: 6 })).toEqual([1, 5, false, true]);
  expect(await page({ after: 5 })).toEqual([6, 15, true, true]);
  expect(await page({ around: 12 })).toEqual([7, 16, true, true]);
  expect(await page({ after: 25 })).toEqual([undefined, undefined, true, false]);
});

test('D6 sync pages through what changed in the order of versions, and says where the head is', async () => {
  const { logic, ann, conversationId } = await openDirect();
  await using _ = logic;
  await send(logic, { conversationId, from: ann }, 'one', 'two', 'three');
  await logic.call('message.edit', { conversationId, seq: 1, content: text('uno') }, ann);
  const first = await logic.call('message.sync', { conversationId, after: 0, limit: 2 }, ann);
  expect([first.items.map((item) => item.seq), first.nextAfter, first.hasMore, first.version]).toEqual([
    [2, 3],
    3,
    true,
    4,
  ]);
  const second = await logic.call('message.sync', { conversationId, after: 3, limit: 2 }, ann);
  expect([second.items.map((item) => item.seq), second.nextAfter, second.hasMore]).toEqual([[1], 4, false]);
  expect(second.users.map(({ id }) => id)).toEqual([ann.userId]);
});

test('S11 search finds two Chinese characters, in one’s own conversations only, newest first, in pages', async () => {
  const { logic, ann, ben, conversationId } = await openDirect();
  await using _ = logic;
  const eve = await logic.user('eve');
  await send(logic, { conversationId, from: ann }, '今天天气很好', 'the weather is fine', '明天天气不好');
  await logic.ports.store.index();
  const found = await logic.call('message.search', { query: '天气' }, ben);
  expect(found.items.map((item) => item.seq)).toEqual([3, 1]);
  const first = await logic.call('message.search', { query: '天气', limit: 1 }, ben);
  expect([first.items.map((item) => item.seq), first.nextCursor]).toEqual([[3], first.items[0]?.id]);
  const rest = await logic.call('message.search', { query: '天气', limit: 1, cursor: first.nextCursor }, ben);
  expect([rest.items.map((item) => item.seq), rest.nextCursor]).toEqual([[1], undefined]);
  expect(
    (await logic.call('message.search', { query: 'weather', conversationId }, ann)).items.map((item) => item.seq),
  ).toEqual([2]);
  expect((await logic.call('message.search', { query: '天气' }, eve)).items).toEqual([]);
  expect(await logic.refusal('message.search', { query: '天气', conversationId }, eve)).toBe('not-found');
  expect(await logic.refusal('message.search', { query: '天气', cursor: "1' or 1" }, ann)).toBe('invalid-params');
});

test('D11 with a store that cannot be written sends are refused as unavailable and reading goes on', async () => {
  const { logic, ann, conversationId } = await openDirect();
  await using _ = logic;
  await send(logic, { conversationId, from: ann }, 'one');
  await logic.ports.store.write(async () => {
    const refused = logic.refusal('message.send', { conversationId, clientMsgId: 'late', content: text('two') }, ann);
    expect((await logic.call('message.history', { conversationId }, ann)).items).toHaveLength(1);
    expect(await refused).toBe('unavailable');
  });
  expect(await send(logic, { conversationId, from: ann }, 'three')).toEqual([2]);
});
