import type { Kysely } from 'kysely';
import { limits } from '@parley/protocol';
import type { Tables } from '../store/schema.ts';
import type { SearchQuery } from '../store/store.ts';
import { prepared } from './prepared.ts';

interface Membership {
  readonly conversation_id: number;
  readonly kind: 'direct' | 'group' | 'room' | 'channel';
  readonly join_seq: number;
  readonly min_seq: number;
}

const active = prepared<{ userId: number; limit: number }, Membership>((db, slot) =>
  db
    .selectFrom('members')
    .innerJoin('conversations', 'conversations.id', 'members.conversation_id')
    .select(['members.conversation_id', 'conversations.kind', 'members.join_seq', 'conversations.min_seq'])
    .where('members.user_id', '=', slot.userId)
    .where('members.status', '=', 'active')
    .limit(slot.limit),
);

/** Everything a user may search: the conversations they are in, each from where they may read. */
export async function searchScope(db: Kysely<Tables>, userId: number): Promise<SearchQuery['scope']> {
  const rows = await active(db, { userId, limit: limits.conversationsPerUserMax });
  return rows.map((row) => ({
    conversationId: row.conversation_id,
    afterSeq: Math.max(row.kind === 'group' ? row.join_seq : 0, row.min_seq - 1),
  }));
}
