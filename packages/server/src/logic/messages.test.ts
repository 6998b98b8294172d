import { expect, test } from 'bun:test';
import { limits, type Message, type Push, type SendableContent } from '@parley/protocol';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Session } from '../session.ts';

const text = (text: string, mentions?: number[]): SendableContent => ({
  type: 'text',
  text,
  ...(mentions && { mentions }),
});
let sent = 0;

async function send(
  logic: TestLogic,
  conversationId: number,
  ...[from, content = text('hello')]: [Session, SendableContent?]
) {
  return logic.call('message.send', { conversationId, clientMsgId: `m-${sent++}`, content }, from);
}

async function openRoom() {
  const logic = await openTestLogic();
  const [ann, ben, cat] = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat')];
  const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'Tea' }, ann);
  for (const user of [ben, cat]) await logic.call('conversation.join', { conversationId: conversation.id }, user);
  return { logic, ann, ben, cat, conversationId: conversation.id, topic: `c:${conversation.id}` as const };
}

const lastOf = (pushes: readonly (Push | { push: 'raw' })[]): Message | undefined =>
  pushes.flatMap((push) => (push.push === 'message.changed' ? [push.message] : [])).at(-1);

test('D1 the pushed message is the one that history shows, and has the numbers of the ack', async () => {
  const { logic, ben, conversationId, topic } = await openRoom();
  await using _ = logic;
  const ack = await send(logic, conversationId, ben);
  const { items } = await logic.call('message.history', { conversationId }, ben);
  expect(items).toEqual([lastOf(await logic.pushesTo(topic))!]);
  expect(items[0]).toMatchObject({ ...ack, senderId: ben.userId, content: text('hello') });
});

test('D1 a retry of what was stored is acked even when its sender may not write any more', async () => {
  const { logic, ann, ben, conversationId } = await openRoom();
  await using _ = logic;
  const params = { conversationId, clientMsgId: 'once', content: text('hello') };
  const ack = await logic.call('message.send', params, ben);
  await logic.call('member.mute', { conversationId, userId: ben.userId, until: logic.clock.now() + 60_000 }, ann);
  expect(await logic.call('message.send', params, ben)).toEqual(ack);
  expect(await logic.refusal('message.send', { ...params, clientMsgId: 'two' }, ben)).toBe('muted');
  expect(await logic.refusal('message.send', { ...params, content: text('other') }, ben)).toBe(
    'client-msg-id-conflict',
  );
});

test('D3 the sends of one connection are taken in order, whatever each has to look up first', async () => {
  const { logic, ann, ben, conversationId } = await openRoom();
  await using _ = logic;
  await send(logic, conversationId, ann);
  const calls = Array.from({ length: 30 }, (_, index) => ({
    command: 'message.send',
    params: {
      conversationId,
      clientMsgId: `o-${index}`,
      content: index % 3 === 0 ? text('look', [ann.userId]) : text('look'),
      ...(index % 2 === 0 ? { replyTo: 1 } : {}),
    },
    caller: { address: '127.0.0.1', requestId: 'r', ...logic.socketOf(ben) },
  }));
  const outcomes = await logic.logic.handle(calls);
  expect(outcomes.map(({ result }) => (result as { seq: number }).seq)).toEqual(calls.map((_, index) => index + 2));
});

test('a reply must be to a message one can see, a mention of a user who exists', async () => {
  const { logic, ben, conversationId } = await openRoom();
  await using _ = logic;
  await send(logic, conversationId, ben);
  const params = { conversationId, clientMsgId: 'r', content: text('yes') };
  expect(await logic.refusal('message.send', { ...params, replyTo: 9 }, ben)).toBe('not-found');
  expect(await logic.refusal('message.send', { ...params, content: text('hey', [12_345]) }, ben)).toBe(
    'invalid-params',
  );
  await logic.call('message.send', { ...params, replyTo: 1 }, ben);
  const { message } = await logic.call('message.get', { conversationId, seq: 2 }, ben);
  expect(message.replyTo).toBe(1);
});

test('an edit keeps the earlier texts, moves mentions, and is its author’s alone', async () => {
  const { logic, ann, ben, cat, conversationId, topic } = await openRoom();
  await using _ = logic;
  const { seq } = await send(logic, conversationId, ben, text('one', [cat.userId]));
  const edit = { conversationId, seq, content: text('two', [ann.userId]) };
  const { version } = await logic.call('message.edit', edit, ben);
  expect(version).toBe(2);
  expect(await logic.call('message.edit', edit, ben)).toEqual({ version });
  expect(lastOf(await logic.pushesTo(topic))).toMatchObject({
    seq,
    version,
    content: edit.content,
    editedAt: logic.clock.now(),
  });
  const { items } = await logic.call('message.revisions', { conversationId, seq }, cat);
  expect(items.map((item) => item.content)).toEqual([text('one', [cat.userId])]);
  expect((await logic.call('message.unread', { conversationId }, cat)).mentionSeqs).toEqual([]);
  expect((await logic.call('message.unread', { conversationId }, ann)).mentionSeqs).toEqual([seq]);
  expect(await logic.refusal('message.edit', edit, ann)).toBe('forbidden');
  logic.clock.advance(limits.editWindowMs + 1);
  expect(await logic.refusal('message.edit', { ...edit, content: text('three') }, ben)).toBe('too-late');
});

test('a recall erases the text, its history, reactions and mentions, and can be repeated', async () => {
  const { logic, ann, ben, cat, conversationId, topic } = await openRoom();
  await using _ = logic;
  const { seq } = await send(logic, conversationId, ben, text('canary one', [cat.userId]));
  await logic.call('message.edit', { conversationId, seq, content: text('canary two', [cat.userId]) }, ben);
  await logic.call('reaction.add', { conversationId, seq, emoji: '👍' }, cat);
  await logic.ports.store.index();
  expect(await logic.refusal('message.recall', { conversationId, seq }, cat)).toBe('forbidden');
  const { version } = await logic.call('message.recall', { conversationId, seq }, ben);
  expect(await logic.call('message.recall', { conversationId, seq }, ben)).toEqual({ version });
  const { message } = await logic.call('message.get', { conversationId, seq }, cat);
  expect(message).toEqual(lastOf(await logic.pushesTo(topic))!);
  expect(message).toMatchObject({ version, content: { type: 'recalled', byUserId: ben.userId } });
  expect(message.reactions).toBeUndefined();
  expect((await logic.call('message.revisions', { conversationId, seq }, cat)).items).toEqual([]);
  expect((await logic.call('message.unread', { conversationId }, cat)).mentionSeqs).toEqual([]);
  await logic.ports.store.index();
  expect((await logic.call('message.search', { query: 'canary' }, ann)).items).toEqual([]);
  expect(await logic.refusal('message.edit', { conversationId, seq, content: text('x') }, ben)).toBe(
    'already-recalled',
  );
  expect(await logic.refusal('reaction.add', { conversationId, seq, emoji: '👍' }, cat)).toBe('already-recalled');
});

test('after the window only owner and admins recall', async () => {
  const { logic, ann, ben, conversationId } = await openRoom();
  await using _ = logic;
  const { seq } = await send(logic, conversationId, ben);
  logic.clock.advance(limits.recallWindowMs + 1);
  expect(await logic.refusal('message.recall', { conversationId, seq }, ben)).toBe('too-late');
  await logic.call('message.recall', { conversationId, seq }, ann);
});

test('reactions count each user once per emoji, and the last one taken back leaves nothing', async () => {
  const { logic, ann, ben, conversationId, topic } = await openRoom();
  await using _ = logic;
  const target = { conversationId, seq: (await send(logic, conversationId, ann)).seq };
  await logic.call('reaction.add', { ...target, emoji: '👍' }, ann);
  const { version } = await logic.call('reaction.add', { ...target, emoji: '👍' }, ben);
  expect(await logic.call('reaction.add', { ...target, emoji: '👍' }, ben)).toEqual({ version });
  const both = [{ emoji: '👍', count: 2, userIds: [ann.userId, ben.userId] }];
  expect(lastOf(await logic.pushesTo(topic))?.reactions).toEqual(both);
  await logic.call('reaction.remove', { ...target, emoji: '👍' }, ann);
  const last = await logic.call('reaction.remove', { ...target, emoji: '👍' }, ben);
  expect(await logic.call('reaction.remove', { ...target, emoji: '👍' }, ben)).toEqual(last);
  expect(lastOf(await logic.pushesTo(topic))?.reactions).toBeUndefined();
});

test('D16 what one hides is gone for oneself on every device, and for nobody else', async () => {
  const { logic, ben, cat, conversationId } = await openRoom();
  await using _ = logic;
  const { seq } = await send(logic, conversationId, cat, text('boo'));
  await logic.ports.store.index();
  await logic.call('message.hide', { conversationId, seq }, ben);
  await logic.call('message.hide', { conversationId, seq }, ben);
  expect(await logic.pushesTo(`u:${ben.userId}`)).toContainEqual({ push: 'message.hidden', conversationId, seq });
  expect(await logic.pushes('message.hidden')).toHaveLength(1);
  expect((await logic.call('message.history', { conversationId }, ben)).hiddenSeqs).toEqual([seq]);
  expect((await logic.call('message.sync', { conversationId, after: 0 }, ben)).hiddenSeqs).toEqual([seq]);
  expect((await logic.call('message.search', { query: 'boo' }, ben)).items).toEqual([]);
  expect((await logic.call('message.search', { query: 'boo' }, cat)).items).toHaveLength(1);
  expect((await logic.call('message.history', { conversationId }, cat)).hiddenSeqs).toEqual([]);
});

test('D8 who joined a group later is not pushed what was written before, also when it is edited', async () => {
  await using logic = await openTestLogic();
  const [ann, ben, cat] = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat')];
  const { conversation } = await logic.call(
    'conversation.create',
    { kind: 'group', title: 'Trip', memberIds: [ben.userId] },
    ann,
  );
  const conversationId = conversation.id;
  const { seq } = await send(logic, conversationId, ann, text('canary'));
  await logic.call('member.add', { conversationId, userIds: [cat.userId] }, ann);
  await logic.delivered();
  const before = logic.seen.deliveries.length;
  const { version } = await logic.call('message.edit', { conversationId, seq, content: text('canary 2') }, ann);
  await logic.delivered();
  expect(logic.seen.deliveries.slice(before).map(({ push }) => push)).toEqual([
    { push: 'conversation.head', conversationId, version, seq: expect.any(Number) as number },
  ]);
  const forBen = await logic.call('message.sync', { conversationId, after: version - 1 }, ben);
  expect(forBen.items.map((item) => item.seq)).toEqual([seq]);
  const forCat = await logic.call('message.sync', { conversationId, after: 0 }, cat);
  expect(JSON.stringify(forCat)).not.toContain('canary');
  expect(forCat).toMatchObject({ nextAfter: version, hasMore: false });
  expect(await logic.refusal('message.get', { conversationId, seq }, cat)).toBe('not-found');
  await logic.ports.store.index();
  for (const where of [{}, { conversationId }]) {
    expect((await logic.call('message.search', { query: 'canary', ...where }, cat)).items).toEqual([]);
    expect((await logic.call('message.search', { query: 'canary', ...where }, ben)).items).toHaveLength(1);
  }
  expect(JSON.stringify(await logic.call('message.history', { conversationId }, cat))).not.toContain('canary');
});

test('D2 D8 who joined a group later is not pushed what was written before, also when its sender tries again', async () => {
  await using logic = await openTestLogic();
  const [ann, ben, cat] = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat')];
  const { conversation } = await logic.call(
    'conversation.create',
    { kind: 'group', title: 'Trip', memberIds: [ben.userId] },
    ann,
  );
  const conversationId = conversation.id;
  const message = { conversationId, clientMsgId: 'unanswered', content: text('canary') };
  const ack = await logic.call('message.send', message, ann);
  await logic.call('member.add', { conversationId, userIds: [cat.userId] }, ann);
  await logic.delivered();
  const before = logic.seen.deliveries.length;
  expect(await logic.call('message.send', message, ann)).toEqual(ack);
  await logic.delivered();
  const { seq, version } = (await logic.call('conversation.get', { conversationId }, ann)).conversation;
  expect(logic.seen.deliveries.slice(before).map(({ push }) => push)).toEqual([
    { push: 'conversation.head', conversationId, version, seq },
  ]);
});

test('D8 F7 what is written and changed in a group is fenced by when each listener joined, in a room it is not', async () => {
  await using logic = await openTestLogic();
  const ann = await logic.user('ann');
  for (const kind of ['group', 'room'] as const) {
    const { conversation } = await logic.call('conversation.create', { kind, title: 'Trip' }, ann);
    const message = { conversationId: conversation.id, clientMsgId: 'once', content: text('hello') };
    const { seq } = await logic.call('message.send', message, ann);
    await logic.call('message.send', message, ann);
    await logic.call('message.edit', { conversationId: conversation.id, seq, content: text('hi') }, ann);
    await logic.delivered();
    const told = logic.seen.deliveries.filter(
      ({ topic, push }) =>
        topic === `c:${conversation.id}` && push.push === 'message.changed' && push.message.seq === seq,
    );
    expect(told.map(({ isFenced }) => isFenced === true)).toEqual([1, 2, 3].map(() => kind === 'group'));
  }
});
