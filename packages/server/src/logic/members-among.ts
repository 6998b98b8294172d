import type { Kysely } from 'kysely';
import type { Membership } from '../rpc/rpc.ts';
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

/** The head is read before the members, so that nobody is among them who was removed up to it. [D8] */
export async function membershipAmong(
  db: Kysely<Tables>,
  conversationId: number,
  userIds: readonly number[],
): Promise<Membership> {
  const [head = { conversationId, version: 0, seq: 0 }] = await findHeads(db, [conversationId]);
  return { ...head, userIds: await membersAmong(db, conversationId, userIds) };
}
