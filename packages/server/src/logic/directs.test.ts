import { describe, expect, test } from 'bun:test';
import type { Transaction } from 'kysely';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Delivery } from '../delivery.ts';
import type { Session } from '../session.ts';
import type { Tables } from '../store/schema.ts';
import { UniqueViolation } from '../store/store.ts';

/** What went out since the last look, without what carries nothing for this test. */
async function outbox(logic: TestLogic): Promise<Delivery[]> {
  await logic.delivered();
  return logic.seen.deliveries.splice(0);
}

async function send(logic: TestLogic, conversationId: number, from: Session) {
  const content = { type: 'text', text: 'hello' } as const;
  return logic.call('message.send', { conversationId, clientMsgId: crypto.randomUUID(), content }, from);
}

async function insertDirect(tx: Transaction<Tables>, [low, high]: readonly [number, number]): Promise<void> {
  const made = { title: '', direct_key: `${low}:${high}`, member_count: 2, changed_at: 1, created_at: 1 };
  await tx
    .insertInto('conversations')
    .values({ kind: 'direct', ...made })
    .execute();
  const { id } = await tx
    .selectFrom('conversations')
    .select('id')
    .where('kind', '=', 'direct')
    .executeTakeFirstOrThrow();
  const member = {
    conversation_id: id,
    role: 'member',
    status: 'active',
    join_seq: 0,
    joined_at: 1,
    changed_at: 1,
  } as const;
  await tx
    .insertInto('members')
    .values([
      { ...member, user_id: low },
      { ...member, user_id: high },
    ])
    .execute();
}

describe('direct conversations', () => {
  test('opening one tells both, makes both listen, and writes no message', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const { conversation } = await logic.call('conversation.direct', { userId: ben.userId }, ann);
    expect(conversation).toMatchObject({ kind: 'direct', seq: 0, version: 0, memberCount: 2, peer: { name: 'ben' } });
    const [joined, ...added] = await outbox(logic);
    expect(joined).toMatchObject({ topic: `c:${conversation.id}`, joins: [ann.userId, ben.userId] });
    expect(added.map(({ topic }) => topic)).toEqual([`u:${ann.userId}`, `u:${ben.userId}`]);
    expect(added[1]?.push).toMatchObject({ push: 'conversation.added', conversation: { peer: { name: 'ann' } } });
  });

  test('two who open it at the same moment, many times over, get the same one', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? logic.call('conversation.direct', { userId: ben.userId }, ann)
          : logic.call('conversation.direct', { userId: ann.userId }, ben),
      ),
    );
    expect(new Set(opened.map(({ conversation }) => conversation.id)).size).toBe(1);
    expect(await logic.pushes('conversation.added')).toHaveLength(2);
  });

  test('another process that was first is found again, not refused', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const { store } = logic.ports;
    const write = store.write.bind(store);
    // The other process commits between this one's look and its insert.
    store.write = async () => {
      store.write = write;
      await write((tx) => insertDirect(tx, [ann.userId, ben.userId]));
      throw new UniqueViolation('conversations.direct_key');
    };
    const { conversation } = await logic.call('conversation.direct', { userId: ben.userId }, ann);
    expect(conversation).toMatchObject({ kind: 'direct', peer: { name: 'ben' } });
  });

  test('a block in either direction, or the wish for none, refuses a new one; what exists can still be read', async () => {
    await using logic = await openTestLogic();
    const [ann, ben, cat, dan] = [
      await logic.user('ann'),
      await logic.user('ben'),
      await logic.user('cat'),
      await logic.user('dan'),
    ];
    const { conversation } = await logic.call('conversation.direct', { userId: dan.userId }, ann);
    await logic.call('block.add', { userId: ben.userId }, ann);
    await logic.call('block.add', { userId: dan.userId }, ann);
    await logic.call('account.update', { directPolicy: 'nobody' }, cat);
    expect(await logic.refusal('conversation.direct', { userId: ben.userId }, ann)).toBe('blocked');
    expect(await logic.refusal('conversation.direct', { userId: ann.userId }, ben)).toBe('blocked');
    expect(await logic.refusal('conversation.direct', { userId: cat.userId }, ann)).toBe('blocked');
    expect(await logic.refusal('conversation.direct', { userId: 9_999 }, ann)).toBe('not-found');
    expect(await logic.refusal('conversation.direct', { userId: ann.userId }, ann)).toBe('invalid-params');
    const again = await logic.call('conversation.direct', { userId: ann.userId }, dan);
    expect(again.conversation.id).toBe(conversation.id);
    const text = { conversationId: conversation.id, clientMsgId: 'x', content: { type: 'text', text: 'x' } } as const;
    expect(await logic.refusal('message.send', text, dan)).toBe('blocked');
    expect(await logic.refusal('conversation.leave', { conversationId: conversation.id }, dan)).toBe('forbidden');
    expect(await logic.refusal('conversation.get', { conversationId: conversation.id }, ben)).toBe('not-found');
  });

  test('D4 both see how far the other has read', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const { conversation } = await logic.call('conversation.direct', { userId: ben.userId }, ann);
    const conversationId = conversation.id;
    await send(logic, conversationId, ann);
    await send(logic, conversationId, ann);
    const before = await logic.call('conversation.get', { conversationId }, ben);
    expect(before.conversation.membership).toMatchObject({ unreadCount: 2, readSeq: 0 });
    await logic.call('cursor.advance', { conversationId, readSeq: 1 }, ben);
    const mine = await logic.call('conversation.get', { conversationId }, ann);
    expect(mine.conversation).toMatchObject({ peerReadSeq: 1, peerDeliveredSeq: 1, membership: { unreadCount: 0 } });
    const theirs = await logic.call('conversation.get', { conversationId }, ben);
    expect(theirs.conversation).toMatchObject({ seq: 2, lastMessage: { seq: 2 }, membership: { unreadCount: 1 } });
  });
});
