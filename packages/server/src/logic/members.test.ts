import { describe, expect, test } from 'bun:test';
import { limits } from '@parley/protocol';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Delivery } from '../delivery.ts';
import type { Session } from '../session.ts';

async function outbox(logic: TestLogic): Promise<Delivery[]> {
  await logic.delivered();
  return logic.seen.deliveries.splice(0);
}

interface Place {
  readonly id: number;
  readonly owner: Session;
  readonly admin: Session;
  readonly member: Session;
  readonly stranger: Session;
}

async function place(logic: TestLogic, kind: 'group' | 'room' | 'channel'): Promise<Place> {
  const [owner, admin, member, stranger] = [
    await logic.user('owner'),
    await logic.user('admin'),
    await logic.user('member'),
    await logic.user('stranger'),
  ];
  const memberIds = [admin.userId, member.userId];
  const made = await logic.call('conversation.create', { kind, title: 'Place', memberIds }, owner);
  const { id } = made.conversation;
  await logic.call('member.update', { conversationId: id, userId: admin.userId, role: 'admin' }, owner);
  await outbox(logic);
  return { id, owner, admin, member, stranger };
}

const text = (conversationId: number) =>
  ({ conversationId, clientMsgId: crypto.randomUUID(), content: { type: 'text', text: 'hi' } }) as const;

describe('adding', () => {
  test('D8 members of a group add others; the new one listens just before the push that tells of it', async () => {
    await using logic = await openTestLogic();
    const { id, member, stranger } = await place(logic, 'group');
    const { conversation } = await logic.call('member.add', { conversationId: id, userIds: [stranger.userId] }, member);
    expect(conversation.memberCount).toBe(4);
    const [added, told] = await outbox(logic);
    expect(added).toMatchObject({ topic: `u:${stranger.userId}`, push: { push: 'conversation.added' } });
    expect(told).toMatchObject({
      topic: `c:${id}`,
      joins: [stranger.userId],
      push: {
        push: 'message.changed',
        message: { version: conversation.version, content: { system: { event: 'added', userIds: [stranger.userId] } } },
      },
    });
    const { items } = await logic.call('message.history', { conversationId: id }, stranger);
    expect(items.map(({ seq }) => seq)).toEqual([conversation.seq]);
  });

  test('in a room only owner and admins add; it is no change; who is in it already is passed over', async () => {
    await using logic = await openTestLogic();
    const { id, admin, member, stranger } = await place(logic, 'room');
    const userIds = [stranger.userId, member.userId, stranger.userId];
    expect(await logic.refusal('member.add', { conversationId: id, userIds }, member)).toBe('forbidden');
    const { conversation } = await logic.call('member.add', { conversationId: id, userIds }, admin);
    expect(conversation).toMatchObject({ memberCount: 4, seq: 0, version: 0 });
    const deliveries = await outbox(logic);
    expect(deliveries.map(({ topic, joins }) => [topic, joins])).toEqual([
      [`u:${stranger.userId}`, undefined],
      [`h:${id}`, [stranger.userId]],
    ]);
  });

  test('nobody is added who does not exist, has blocked the adder, or is banned', async () => {
    await using logic = await openTestLogic();
    const { id, owner, member, stranger } = await place(logic, 'group');
    const add = (userIds: number[]) => ({ conversationId: id, userIds });
    expect(await logic.refusal('member.add', add([9_999]), member)).toBe('not-found');
    await logic.call('ban.add', { conversationId: id, userId: stranger.userId }, owner);
    expect(await logic.refusal('member.add', add([stranger.userId]), member)).toBe('banned');
    await logic.call('ban.remove', { conversationId: id, userId: stranger.userId }, owner);
    await logic.call('block.add', { userId: member.userId }, stranger);
    expect(await logic.refusal('member.add', add([stranger.userId]), member)).toBe('blocked');
    const { conversation } = await logic.call('member.add', add([stranger.userId]), owner);
    expect(conversation.memberCount).toBe(4);
  });

  test('a group takes no more than its maximum, and a refusal changes nothing', async () => {
    await using logic = await openTestLogic();
    const { id, owner, stranger } = await place(logic, 'group');
    const count = { member_count: limits.groupMembersMax };
    await logic.ports.store.write((tx) => tx.updateTable('conversations').set(count).where('id', '=', id).execute());
    const add = { conversationId: id, userIds: [stranger.userId] };
    expect(await logic.refusal('member.add', add, owner)).toBe('conversation-full');
    expect(await logic.refusal('conversation.get', { conversationId: id }, stranger)).toBe('not-found');
  });
});

describe('removing and banning', () => {
  test('D8 a removal is in force when it is answered: no reading, no writing, no pushes', async () => {
    await using logic = await openTestLogic();
    const { id, admin, member, owner } = await place(logic, 'group');
    await logic.call('member.remove', { conversationId: id, userId: member.userId }, admin);
    for (const command of ['conversation.get', 'message.history', 'conversation.watch', 'member.list'] as const) {
      expect(await logic.refusal(command, { conversationId: id }, member)).toBe('not-member');
    }
    expect(await logic.refusal('message.send', text(id), member)).toBe('not-member');
    const [told, removed, ...rest] = await outbox(logic);
    expect(told).toMatchObject({
      topic: `c:${id}`,
      parts: [member.userId],
      push: { message: { content: { system: { event: 'removed', userIds: [member.userId] } } } },
    });
    expect(removed).toEqual({
      topic: `u:${member.userId}`,
      push: { push: 'conversation.removed', conversationId: id, reason: 'removed' },
    });
    expect(rest).toEqual([]);
    const { conversation } = await logic.call('conversation.get', { conversationId: id }, owner);
    expect(conversation.memberCount).toBe(2);
  });

  test('D8 a removal from a room stops both of its topics and tells nobody else', async () => {
    await using logic = await openTestLogic();
    const { id, admin, member } = await place(logic, 'room');
    await logic.call('member.remove', { conversationId: id, userId: member.userId }, admin);
    const deliveries = await outbox(logic);
    expect(deliveries.map(({ topic, push, parts }) => [topic, push.push, parts])).toEqual([
      [`c:${id}`, 'raw', [member.userId]],
      [`h:${id}`, 'raw', [member.userId]],
      [`u:${member.userId}`, 'conversation.removed', undefined],
    ]);
  });

  test('D8 sends that race a removal are either before it in the log or refused', async () => {
    await using logic = await openTestLogic();
    const { id, admin, member } = await place(logic, 'group');
    const sends = Array.from({ length: 30 }, () =>
      logic.call('message.send', text(id), member).then(
        (ack) => ack.seq,
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    await logic.call('member.remove', { conversationId: id, userId: member.userId }, admin);
    const outcomes = await Promise.all(sends);
    const removed = (await logic.pushes('message.changed')).find(
      ({ message }) => message.content.type === 'system' && message.content.system.event === 'removed',
    );
    for (const outcome of outcomes) {
      if (typeof outcome === 'number') expect(outcome).toBeLessThan(removed?.message.seq ?? 0);
      else expect(outcome).toBe('not-member');
    }
  });

  test('roles decide whom one may put out', async () => {
    await using logic = await openTestLogic();
    const { id, owner, admin, member, stranger } = await place(logic, 'group');
    const remove = (userId: number) => ({ conversationId: id, userId });
    expect(await logic.refusal('member.remove', remove(admin.userId), member)).toBe('forbidden');
    expect(await logic.refusal('member.remove', remove(owner.userId), admin)).toBe('forbidden');
    expect(await logic.refusal('member.remove', remove(admin.userId), admin)).toBe('forbidden');
    expect(await logic.refusal('member.remove', remove(stranger.userId), admin)).toBe('not-found');
    expect(await logic.refusal('member.remove', remove(member.userId), stranger)).toBe('not-found');
    await logic.call('member.remove', remove(admin.userId), owner);
    expect(await logic.refusal('member.remove', remove(member.userId), admin)).toBe('not-member');
  });

  test('D8 a ban keeps out, also strangers who only look; lifting it lets back in without bringing back', async () => {
    await using logic = await openTestLogic();
    const { id, admin, member, stranger } = await place(logic, 'room');
    const conversationId = id;
    await logic.call('ban.add', { conversationId, userId: member.userId, reason: 'spam' }, admin);
    const forMember = await outbox(logic);
    expect(forMember.at(-1)?.push).toEqual({ push: 'conversation.removed', conversationId, reason: 'banned' });
    await logic.call('ban.add', { conversationId, userId: stranger.userId }, admin);
    expect((await outbox(logic)).map(({ topic, parts }) => [topic, parts])).toEqual([
      [`c:${id}`, [stranger.userId]],
      [`h:${id}`, [stranger.userId]],
    ]);
    for (const who of [member, stranger]) {
      expect(await logic.refusal('conversation.get', { conversationId }, who)).toBe('banned');
      expect(await logic.refusal('conversation.join', { conversationId }, who)).toBe('banned');
    }
    expect(await logic.refusal('message.send', text(id), member)).toBe('banned');
    const { items } = await logic.call('ban.list', { conversationId }, admin);
    expect(items).toMatchObject([
      { userId: member.userId, displayName: 'member', reason: 'spam', bannedBy: admin.userId },
      { userId: stranger.userId },
    ]);
    await logic.call('ban.add', { conversationId, userId: member.userId }, admin);
    expect(await outbox(logic)).toEqual([]);
    await logic.call('ban.remove', { conversationId, userId: member.userId }, admin);
    const back = await logic.call('conversation.get', { conversationId }, member);
    expect(back.conversation.membership).toBeUndefined();
    const joined = await logic.call('conversation.join', { conversationId }, member);
    expect(joined.conversation.membership?.role).toBe('member');
  });

  test('the owner and equals cannot be banned, nor somebody who does not exist', async () => {
    await using logic = await openTestLogic();
    const { id, owner, admin, member } = await place(logic, 'group');
    const ban = (userId: number) => ({ conversationId: id, userId });
    expect(await logic.refusal('ban.add', ban(owner.userId), admin)).toBe('forbidden');
    expect(await logic.refusal('ban.add', ban(admin.userId), admin)).toBe('forbidden');
    expect(await logic.refusal('ban.add', ban(member.userId), member)).toBe('forbidden');
    expect(await logic.refusal('ban.add', ban(9_999), admin)).toBe('not-found');
    expect(await logic.refusal('ban.list', { conversationId: id }, member)).toBe('forbidden');
  });
});

describe('roles and mutes', () => {
  test('handing over makes the former owner an admin and is a change of the conversation', async () => {
    await using logic = await openTestLogic();
    const { id, owner, admin } = await place(logic, 'room');
    await logic.call('member.update', { conversationId: id, userId: admin.userId, role: 'owner' }, owner);
    const deliveries = await outbox(logic);
    expect(deliveries[0]?.push).toMatchObject({
      push: 'conversation.changed',
      version: 1,
      meta: { ownerId: admin.userId, metaVersion: 1 },
    });
    expect(deliveries.slice(1).map(({ topic }) => topic)).toEqual([`u:${admin.userId}`, `u:${owner.userId}`]);
    const { items } = await logic.call('member.list', { conversationId: id }, owner);
    expect(items.map(({ user, role }) => [user.name, role])).toEqual([
      ['admin', 'owner'],
      ['owner', 'admin'],
      ['member', 'member'],
    ]);
    expect(
      await logic.refusal('member.update', { conversationId: id, userId: admin.userId, role: 'member' }, owner),
    ).toBe('forbidden');
  });

  test('two who are handed the conversation at the same moment: one owner in the end', async () => {
    await using logic = await openTestLogic();
    const { id, owner, admin, member } = await place(logic, 'group');
    const give = (userId: number) =>
      logic.call('member.update', { conversationId: id, userId, role: 'owner' }, owner).catch(() => undefined);
    await Promise.all([give(admin.userId), give(member.userId)]);
    const { items } = await logic.call('member.list', { conversationId: id }, owner);
    expect(items.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  test('a role is told in a group as a message, and the one it is given to knows it on all devices', async () => {
    await using logic = await openTestLogic();
    const { id, owner, member } = await place(logic, 'group');
    await logic.call('member.update', { conversationId: id, userId: member.userId, role: 'admin' }, owner);
    const [told, added] = await outbox(logic);
    expect(told?.push).toMatchObject({ message: { content: { system: { event: 'role', role: 'admin' } } } });
    expect(added).toMatchObject({
      topic: `u:${member.userId}`,
      push: { conversation: { membership: { role: 'admin' } } },
    });
    await logic.call('member.update', { conversationId: id, userId: member.userId, role: 'admin' }, owner);
    expect(await outbox(logic)).toEqual([]);
  });

  test('a mute stops writing until its time, survives leaving and coming back, and 0 lifts it', async () => {
    await using logic = await openTestLogic();
    const { id, admin, member } = await place(logic, 'room');
    const conversationId = id;
    const until = logic.clock.now() + 60_000;
    await logic.call('member.mute', { conversationId, userId: member.userId, until }, admin);
    expect((await outbox(logic))[0]?.push).toMatchObject({ conversation: { membership: { mutedUntil: until } } });
    await logic.call('conversation.leave', { conversationId }, member);
    await logic.call('conversation.join', { conversationId }, member);
    expect(await logic.refusal('message.send', text(id), member)).toBe('muted');
    logic.clock.advance(60_000);
    expect((await logic.call('message.send', text(id), member)).seq).toBe(1);
    const again = logic.clock.now() + 60_000;
    await logic.call('member.mute', { conversationId, userId: member.userId, until: again }, admin);
    await logic.call('member.mute', { conversationId, userId: member.userId, until: 0 }, admin);
    expect((await logic.call('message.send', text(id), member)).seq).toBe(2);
    expect(await logic.refusal('member.mute', { conversationId, userId: admin.userId, until }, admin)).toBe(
      'forbidden',
    );
  });

  test('the member list comes in pages by role and joining, without what others have read in a room', async () => {
    await using logic = await openTestLogic();
    const { id, member, stranger } = await place(logic, 'room');
    await logic.call('message.send', text(id), member);
    await logic.call('cursor.advance', { conversationId: id, readSeq: 1 }, member);
    logic.clock.advance(1);
    await logic.call('conversation.join', { conversationId: id }, stranger);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = { conversationId: id, limit: 1, ...(cursor === undefined ? {} : { cursor }) };
      const { items, nextCursor } = await logic.call('member.list', page, stranger);
      names.push(...items.map(({ user }) => user.name));
      expect(items.every(({ readSeq }) => readSeq === 0)).toBe(true);
      cursor = nextCursor;
    } while (cursor !== undefined);
    expect(names).toEqual(['owner', 'admin', 'member', 'stranger']);
  });
});
