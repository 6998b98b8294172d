import { expect, test } from 'bun:test';
import { limits } from '@parley/protocol';
import { openTestLogic } from '../../test/test-logic.ts';

async function group() {
  const logic = await openTestLogic();
  const [ann, ben, cat] = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat')];
  const made = await logic.call('conversation.create', { kind: 'group', title: 'Club', memberIds: [ben.userId] }, ann);
  return { logic, ann, ben, cat, conversationId: made.conversation.id };
}

test('an invitation shows what it leads to, lets in, and everyone in the group sees it', async () => {
  const { logic, ann, ben, cat, conversationId } = await group();
  await using _ = logic;
  const { invite } = await logic.call('invite.create', { conversationId }, ben);
  expect(invite.code).toMatch(/^[\w-]{22}$/);
  expect(await logic.call('invite.get', { code: invite.code }, cat)).toEqual({
    title: 'Club',
    kind: 'group',
    memberCount: 2,
    isMember: false,
    conversationId,
  });
  await logic.delivered();
  logic.seen.deliveries.length = 0;
  const { conversation } = await logic.call('invite.accept', { code: invite.code }, cat);
  expect(conversation).toMatchObject({ id: conversationId, memberCount: 3, membership: { role: 'member' } });
  await logic.delivered();
  expect(logic.seen.deliveries.at(-1)).toMatchObject({
    topic: `c:${conversationId}`,
    joins: [cat.userId],
    push: { message: { content: { system: { event: 'joined', userIds: [cat.userId] } } } },
  });
  expect((await logic.call('invite.get', { code: invite.code }, cat)).isMember).toBe(true);
  expect((await logic.call('invite.list', { conversationId }, ann)).items).toHaveLength(1);
});

test('of many who accept at the same moment no more get in than it has uses', async () => {
  const { logic, ann, ben, conversationId } = await group();
  await using _ = logic;
  const { invite } = await logic.call('invite.create', { conversationId, maxUses: 3 }, ann);
  const users = await Promise.all(Array.from({ length: 12 }, (__, index) => logic.user(`guest${index}`)));
  const outcomes = await Promise.all(
    users.map((user) => logic.outcome('invite.accept', { code: invite.code }, logic.socketOf(user))),
  );
  const refused = outcomes.filter(({ error }) => error !== undefined);
  expect(refused.map(({ error }) => error?.code)).toEqual(Array.from({ length: 9 }, () => 'invite-invalid' as const));
  const { conversation } = await logic.call('conversation.get', { conversationId }, ben);
  expect(conversation.memberCount).toBe(5);
});

test('whoever is in it already uses nothing up', async () => {
  const { logic, ann, ben, conversationId } = await group();
  await using _ = logic;
  const { invite } = await logic.call('invite.create', { conversationId, maxUses: 1 }, ann);
  await logic.call('invite.accept', { code: invite.code }, ben);
  expect((await logic.call('invite.list', { conversationId }, ann)).items).toMatchObject([{ usesLeft: 1 }]);
});

test('expired, revoked and unknown invitations are all invalid', async () => {
  const { logic, ann, ben, cat, conversationId } = await group();
  await using _ = logic;
  const short = await logic.call('invite.create', { conversationId, expiresInMs: 60_000 }, ann);
  const long = await logic.call('invite.create', { conversationId }, ann);
  expect(await logic.refusal('invite.revoke', { code: long.invite.code }, ben)).toBe('forbidden');
  await logic.call('invite.revoke', { code: long.invite.code }, ann);
  logic.clock.advance(60_000);
  for (const code of [short.invite.code, long.invite.code, 'nonsense']) {
    for (const command of ['invite.get', 'invite.accept', 'invite.revoke'] as const) {
      expect(await logic.refusal(command, { code }, cat)).toBe('invite-invalid');
    }
  }
  expect((await logic.call('invite.list', { conversationId }, ann)).items).toEqual([]);
});

test('a ban holds against every invitation, and one’s own link is no way back after a removal', async () => {
  const { logic, ann, ben, cat, conversationId } = await group();
  await using _ = logic;
  const own = await logic.call('invite.create', { conversationId }, ben);
  await logic.call('member.remove', { conversationId, userId: ben.userId }, ann);
  expect(await logic.refusal('invite.accept', { code: own.invite.code }, ben)).toBe('invite-invalid');
  const { invite } = await logic.call('invite.create', { conversationId }, ann);
  await logic.call('ban.add', { conversationId, userId: cat.userId }, ann);
  expect(await logic.refusal('invite.get', { code: invite.code }, cat)).toBe('banned');
  expect(await logic.refusal('invite.accept', { code: invite.code }, cat)).toBe('banned');
});

test('plain members see only their own invitations, and in rooms make none', async () => {
  const { logic, ann, ben, conversationId } = await group();
  await using _ = logic;
  await logic.call('invite.create', { conversationId }, ann);
  const own = await logic.call('invite.create', { conversationId }, ben);
  const { items } = await logic.call('invite.list', { conversationId }, ben);
  expect(items.map(({ code }) => code)).toEqual([own.invite.code]);
  const room = await logic.call('conversation.create', { kind: 'room', title: 'r', memberIds: [ben.userId] }, ann);
  expect(await logic.refusal('invite.create', { conversationId: room.conversation.id }, ben)).toBe('forbidden');
});

test('a conversation has at most its number of invitations; those no longer in force make room', async () => {
  const { logic, ann, conversationId } = await group();
  await using _ = logic;
  for (let made = 0; made < limits.invitesPerConversationMax; made++) {
    await logic.call('invite.create', { conversationId, expiresInMs: 60_000 }, ann);
  }
  expect(await logic.refusal('invite.create', { conversationId }, ann)).toBe('forbidden');
  logic.clock.advance(60_000);
  await logic.call('invite.create', { conversationId }, ann);
  expect((await logic.call('invite.list', { conversationId }, ann)).items).toHaveLength(1);
});
