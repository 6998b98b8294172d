import type { Kysely } from 'kysely';
import type { Listeners, Membership } from '../rpc/rpc.ts';
import type { Tables } from '../store/schema.ts';
import { findHeads } from './heads.ts';
import { prepared } from './prepared.ts';

/** Users of one query. */
const batchMax = 512;

const activeAmong = prepared<{ conversationId: number; userIds: readonly number[] }, { user_id: number }>((db, slot) =>
  db
    .selectFrom('members')
    .select('user_id')
    .where('conversation_id', '=', slot.conversationId)
    .where('user_id', 'in', slot.userIds)
    .where('status', '=', 'active'),
);

/** Those of the users who are members. */
export async function membersAmong(
  db: Kysely<Tables>,
  conversationId: number,
  userIds: readonly number[],
): Promise<readonly number[]> {
  const members: number[] = [];
  for (let from = 0; from < userIds.length; from += batchMax) {
    const rows = await activeAmong(db, { conversationId, userIds: userIds.slice(from, from + batchMax) });
    members.push(...rows.map((row) => row.user_id));
  }
  return members;
}

/**
 * The heads are read before the members, so that nobody is among them who was removed up to it. One conversation after the other,
 * so that a caller with many of them takes one connection to the store. [D8]
 */
export async function membershipsAmong(
  db: Kysely<Tables>,
  listeners: readonly Listeners[],
): Promise<readonly Membership[]> {
  const ids = listeners.map(({ conversationId }) => conversationId);
  const heads = new Map((await findHeads(db, ids)).map((head) => [head.conversationId, head]));
  const memberships: Membership[] = [];
  for (const { conversationId, userIds } of listeners) {
    const head = heads.get(conversationId) ?? { conversationId, version: 0, seq: 0 };
    memberships.push({ ...head, userIds: await membersAmong(db, conversationId, userIds) });
  }
  return memberships;
}
