import { describe, expect, test } from 'bun:test';
import { limits, type SystemEvent } from '@parley/protocol';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Delivery } from '../delivery.ts';
import type { Session } from '../session.ts';

/** What went out since the last look, without what carries nothing for this test. */
async function outbox(logic: TestLogic): Promise<Delivery[]> {
  await logic.delivered();
  return logic.seen.deliveries.splice(0);
}

const systemOf = ({ push }: Delivery): SystemEvent | undefined =>
  push.push === 'message.changed' && push.message.content.type === 'system' ? push.message.content.system : undefined;

async function send(logic: TestLogic, conversationId: number, from: Session) {
  const content = { type: 'text', text: 'hello' } as const;
  return logic.call('message.send', { conversationId, clientMsgId: crypto.randomUUID(), content }, from);
}

describe('groups, rooms and channels', () => {
  test('D8 a group begins with messages that say who made it and who is in it', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const memberIds = [ben.userId, ben.userId, ann.userId];
    const made = await logic.call('conversation.create', { kind: 'group', title: ' Trip ', memberIds }, ann);
    expect(made.conversation).toMatchObject({
      title: 'Trip',
      seq: 2,
      version: 2,
      memberCount: 2,
      isListed: false,
      ownerId: ann.userId,
      membership: { role: 'owner', joinSeq: 0, unreadCount: 0 },
    });
    const deliveries = await outbox(logic);
    expect(deliveries[0]?.joins).toEqual([ann.userId, ben.userId]);
    expect(deliveries.flatMap((delivery) => systemOf(delivery) ?? [])).toEqual([
      { event: 'created' },
      { event: 'added', userIds: [ben.userId] },
    ]);
    const { items } = await logic.call('message.history', { conversationId: made.conversation.id }, ben);
    expect(items.map((message) => message.version)).toEqual([1, 2]);
  });

  test('D4 a group shows how far somebody else has read; a room does not', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const make = async (kind: 'group' | 'room') => {
      const made = await logic.call('conversation.create', { kind, title: kind, memberIds: [ben.userId] }, ann);
      const conversationId = made.conversation.id;
      const { seq } = await send(logic, conversationId, ann);
      await logic.call('cursor.advance', { conversationId, readSeq: seq }, ben);
      const { conversation } = await logic.call('conversation.get', { conversationId }, ann);
      return { seq, conversation };
    };
    const group = await make('group');
    expect(group.conversation).toMatchObject({ peerReadSeq: group.seq, peerDeliveredSeq: group.seq });
    expect((await make('room')).conversation.peerReadSeq).toBeUndefined();
  });

  test('a group with somebody who does not exist or has blocked the maker is not made', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    await logic.call('block.add', { userId: ann.userId }, ben);
    const make = (memberIds: number[]) => ({ kind: 'group', title: 'x', memberIds }) as const;
    expect(await logic.refusal('conversation.create', make([9_999]), ann)).toBe('not-found');
    expect(await logic.refusal('conversation.create', make([ben.userId]), ann)).toBe('blocked');
    const { items } = await logic.call('conversation.list', {}, ann);
    expect(items.map(({ kind }) => kind)).toEqual(['room']);
  });

  test('D8 joining and leaving a room is no change: no message, no version, one member more or less', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'News' }, ann);
    const { id } = conversation;
    await send(logic, id, ann);
    await outbox(logic);
    const joined = await logic.call('conversation.join', { conversationId: id }, ben);
    expect(joined.conversation).toMatchObject({ seq: 1, version: 1, memberCount: 2 });
    expect(joined.conversation.membership).toMatchObject({ unreadCount: 0, readSeq: 1, joinSeq: 0 });
    const [listens, added] = await outbox(logic);
    expect(listens).toMatchObject({ topic: `h:${id}`, joins: [ben.userId] });
    expect(added).toMatchObject({ topic: `u:${ben.userId}`, push: { push: 'conversation.added' } });
    const again = await logic.call('conversation.join', { conversationId: id }, ben);
    expect(again.conversation.memberCount).toBe(2);
    expect(await outbox(logic)).toEqual([]);
    await logic.call('conversation.leave', { conversationId: id }, ben);
    const left = await outbox(logic);
    expect(left.map(({ topic, parts }) => [topic, parts])).toEqual([
      [`c:${id}`, [ben.userId]],
      [`h:${id}`, [ben.userId]],
      [`u:${ben.userId}`, undefined],
    ]);
    const after = await logic.call('conversation.get', { conversationId: id }, ben);
    expect(after.conversation).toMatchObject({ version: 1, memberCount: 1 });
    expect(after.conversation.membership).toBeUndefined();
    expect(await logic.refusal('conversation.leave', { conversationId: id }, ben)).toBe('not-member');
  });

  test('what is not listed is not found by strangers; whoever was in it is told so', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const made = await logic.call('conversation.create', { kind: 'room', title: 'Secret', isListed: false }, ann);
    const conversationId = made.conversation.id;
    for (const command of ['conversation.get', 'conversation.join', 'conversation.watch', 'member.list'] as const) {
      expect(await logic.refusal(command, { conversationId }, ben)).toBe('not-found');
    }
    await logic.call('member.add', { conversationId, userIds: [ben.userId] }, ann);
    await logic.call('conversation.leave', { conversationId }, ben);
    expect(await logic.refusal('conversation.get', { conversationId }, ben)).toBe('not-member');
    expect(await logic.refusal('conversation.join', { conversationId }, ben)).toBe('forbidden');
    const { items } = await logic.call('conversation.browse', { query: 'secret' }, ben);
    expect(items).toEqual([]);
  });

  test('D3 a new title and topic are changes, each with the next version, and in a group also messages', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const made = await logic.call('conversation.create', { kind: 'group', title: 'Old', memberIds: [ben.userId] }, ann);
    const conversationId = made.conversation.id;
    await outbox(logic);
    const changed = await logic.call('conversation.update', { conversationId, title: 'New', topic: 'why' }, ann);
    expect(changed.conversation).toMatchObject({ title: 'New', topic: 'why', version: 5, seq: 4, metaVersion: 3 });
    const deliveries = await outbox(logic);
    expect(deliveries[0]?.push).toMatchObject({ push: 'conversation.changed', version: 3, meta: { title: 'New' } });
    expect(deliveries.slice(1).map(systemOf)).toEqual([
      { event: 'title', title: 'New' },
      { event: 'topic', topic: 'why' },
    ]);
    await logic.call('conversation.update', { conversationId, title: 'New' }, ann);
    expect(await outbox(logic)).toEqual([]);
    expect(await logic.refusal('conversation.update', { conversationId, title: 'x' }, ben)).toBe('forbidden');
    expect(await logic.refusal('conversation.update', { conversationId, isListed: true }, ann)).toBe('invalid-params');
  });

  test('D8 a room that is no longer listed stops telling those who only look at it', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'Open' }, ann);
    const topic = `c:${conversation.id}` as const;
    await logic.ports.presence.setInterest({ nodeId: 'node-1', bootId: 'boot-1' }, [{ topic, isListening: true }]);
    logic.seen.listeners = async () => ({ userIds: [ann.userId, ben.userId], count: 2 });
    await outbox(logic);
    await logic.call('conversation.update', { conversationId: conversation.id, isListed: false }, ann);
    const parts = (await outbox(logic)).filter((delivery) => delivery.parts !== undefined);
    expect(parts.map((delivery) => [delivery.topic, delivery.parts])).toEqual([
      [topic, [ben.userId]],
      [`h:${conversation.id}`, [ben.userId]],
    ]);
  });

  test('an owner goes only when alone or after handing over', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const made = await logic.call('conversation.create', { kind: 'group', title: 'x', memberIds: [ben.userId] }, ann);
    const conversationId = made.conversation.id;
    expect(await logic.refusal('conversation.leave', { conversationId }, ann)).toBe('owner-cannot-leave');
    await logic.call('member.update', { conversationId, userId: ben.userId, role: 'owner' }, ann);
    await logic.call('conversation.leave', { conversationId }, ann);
    const { conversation } = await logic.call('conversation.get', { conversationId }, ben);
    expect(conversation).toMatchObject({ ownerId: ben.userId, memberCount: 1, membership: { role: 'owner' } });
    await logic.call('conversation.leave', { conversationId }, ben);
    expect(await logic.refusal('conversation.get', { conversationId }, ben)).toBe('not-member');
  });

  test('D8 whoever comes back to a group sees what came after, not what was said meanwhile', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const made = await logic.call('conversation.create', { kind: 'group', title: 'x', memberIds: [ben.userId] }, ann);
    const conversationId = made.conversation.id;
    await logic.call('conversation.leave', { conversationId }, ben);
    await send(logic, conversationId, ann);
    const added = await logic.call('member.add', { conversationId, userIds: [ben.userId] }, ann);
    expect(added.conversation.seq).toBe(5);
    const { items } = await logic.call('message.history', { conversationId }, ben);
    expect(items.map(({ seq }) => seq)).toEqual([5]);
    const back = await logic.call('conversation.get', { conversationId }, ben);
    expect(back.conversation.membership).toMatchObject({ joinSeq: 4, readSeq: 4, unreadCount: 1 });
  });

  test('one user is in no more conversations than the limit', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const rows = Array.from({ length: limits.conversationsPerUserMax - 1 }, (_, index) => ({
      conversation_id: 10_000 + index,
      user_id: ann.userId,
      role: 'member' as const,
      status: 'active' as const,
      join_seq: 0,
      muted_until: null,
      joined_at: 1,
      changed_at: 1,
    }));
    await logic.ports.store.write(async (tx) => {
      for (let from = 0; from < rows.length; from += 1_000)
        await tx
          .insertInto('members')
          .values(rows.slice(from, from + 1_000))
          .execute();
    });
    expect(await logic.refusal('conversation.create', { kind: 'room', title: 'x' }, ann)).toBe(
      'too-many-conversations',
    );
    expect(await logic.refusal('conversation.direct', { userId: ben.userId }, ann)).toBe('too-many-conversations');
  });
});

describe('lists', () => {
  test('conversation.list pages through all of them, the most recently changed first', async () => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    const titles = ['a', 'b', 'c', 'd', 'e'];
    for (const title of titles) {
      logic.clock.advance(title === 'c' ? 0 : 1);
      await logic.call('conversation.create', { kind: 'room', title }, ann);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await logic.call(
        'conversation.list',
        { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
        ann,
      );
      seen.push(...page.items.map(({ title }) => title));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen.filter((title) => titles.includes(title))).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(await logic.refusal('conversation.list', { cursor: 'x' }, ann)).toBe('invalid-params');
  });

  test('browse finds listed rooms by a part of their title and leaves out those one is banned from', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    for (const title of ['Bun 100%', 'Bundles', '聊天室', 'Other']) {
      await logic.call('conversation.create', { kind: 'room', title }, ann);
    }
    const find = async (query: string) =>
      (await logic.call('conversation.browse', { query }, ben)).items.map(({ title }) => title).toSorted();
    expect(await find('BUN')).toEqual(['Bun 100%', 'Bundles']);
    expect(await find('100%')).toEqual(['Bun 100%']);
    expect(await find('%')).toEqual(['Bun 100%']);
    expect(await find('_')).toEqual([]);
    expect(await find('天')).toEqual(['聊天室']);
    const [room] = (await logic.call('conversation.browse', { query: 'Other' }, ben)).items;
    await logic.call('ban.add', { conversationId: room?.id ?? 0, userId: ben.userId }, ann);
    expect(await find('Other')).toEqual([]);
  });

  test('settings are kept and told to the user’s other devices', async () => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'x' }, ann);
    await outbox(logic);
    const set = { conversationId: conversation.id, notify: 'none' } as const;
    expect((await logic.call('conversation.settings', set, ann)).conversation.membership?.notify).toBe('none');
    expect((await outbox(logic))[0]).toMatchObject({
      topic: `u:${ann.userId}`,
      push: { push: 'conversation.added', conversation: { membership: { notify: 'none' } } },
    });
  });
});
