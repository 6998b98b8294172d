import { expect, test } from 'bun:test';
import { openTestLogic } from '../../test/test-logic.ts';

test('D8 of each of many groups it is said who of its listeners is a member, and where it stands; a stranger is none anywhere', async () => {
  await using test = await openTestLogic();
  const [ann, bob, eve] = [await test.user('ann'), await test.user('bob'), await test.user('eve')];
  const asked = [];
  const expected = [];
  for (let count = 0; count < 3; count++) {
    const params = { kind: 'group' as const, title: `Group ${count}`, memberIds: [bob.userId] };
    const { conversation } = await test.call('conversation.create', params, ann);
    const where = { conversationId: conversation.id, userId: bob.userId };
    if (count === 1) await test.call('member.remove', where, ann);
    const [head] = await test.logic.heads([conversation.id]);
    asked.push({ conversationId: conversation.id, userIds: [eve.userId, bob.userId, ann.userId] });
    expected.push({ ...head, userIds: count === 1 ? [ann.userId] : [ann.userId, bob.userId] });
  }
  const unknown = { conversationId: 9_999_999, userIds: [ann.userId] };
  const memberships = await test.logic.membersAmong([...asked, unknown]);
  const sorted = memberships.map((each) => ({ ...each, userIds: each.userIds.toSorted((a, b) => a - b) }));
  expect(sorted).toEqual([...expected, { conversationId: 9_999_999, version: 0, seq: 0, userIds: [] }] as never);
});
