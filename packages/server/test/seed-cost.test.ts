import { expect, test } from 'bun:test';
import type { Session } from '../src/session.ts';
import { openTestLogic, type TestLogic } from './test-logic.ts';

const many = 5_000;
/** What a message or a leave may put on the queue, whoever is in the room. */
const queuedBytesMax = 2_048;

/** A listed room with the owner and, besides, so many members. */
async function roomWith(logic: TestLogic, owner: Session, members: number): Promise<number> {
  const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'A room' }, owner);
  const now = logic.clock.now();
  const of = (index: number) => ({
    conversation_id: conversation.id,
    user_id: 1_000_000 + index,
    role: 'member' as const,
    status: 'active' as const,
    join_seq: 0,
    muted_until: null,
    joined_at: now,
    changed_at: now,
  });
  for (let start = 0; start < members; start += 500)
    await logic.ports.store.write((tx) =>
      tx
        .insertInto('members')
        .values(Array.from({ length: Math.min(500, members - start) }, (_, index) => of(start + index)))
        .execute(),
    );
  return conversation.id;
}

/** The bytes of what was enqueued while something was done. */
async function queuedBy(logic: TestLogic, work: () => Promise<unknown>): Promise<number> {
  await logic.delivered();
  const before = logic.seen.deliveries.length;
  await work();
  await logic.delivered();
  return JSON.stringify(logic.seen.deliveries.slice(before)).length;
}

test('seed: what a message and a leave put on the queue does not grow with the room', async () => {
  await using logic = await openTestLogic();
  const [owner, guest] = [await logic.user('owner'), await logic.user('comes-and-goes')];
  const sizes: number[][] = [];
  for (const members of [0, many]) {
    const conversationId = await roomWith(logic, owner, members);
    const content = { type: 'text', text: 'hi' } as const;
    await logic.call('conversation.join', { conversationId }, guest);
    sizes.push([
      await queuedBy(logic, () => logic.call('message.send', { conversationId, clientMsgId: 'a', content }, owner)),
      await queuedBy(logic, () => logic.call('conversation.leave', { conversationId }, guest)),
    ]);
  }
  const [small = [], large = []] = sizes;
  for (const [index, bytes] of large.entries()) {
    expect(bytes).toBeLessThan(queuedBytesMax);
    expect(Math.abs(bytes - (small[index] ?? 0))).toBeLessThan(64);
  }
});
