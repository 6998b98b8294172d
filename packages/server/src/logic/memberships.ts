import type { ConversationKind } from '@parley/protocol';
import type { Kysely } from 'kysely';
import { gathered } from '../gathered.ts';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

/** One user's place in one conversation, with when either last changed. */
export interface MembershipRow {
  readonly id: number;
  readonly kind: ConversationKind;
  readonly status: 'active' | 'left' | 'removed' | 'banned';
  readonly member_changed_at: number;
  readonly changed_at: number;
  readonly join_seq: number;
  /** Where the conversation stands. */
  readonly seq: number;
  readonly version: number;
}

export interface MembershipsRequest {
  readonly userId: number;
  /** Those that ended later are answered, too. */
  readonly endedAfter: number;
}

const ofUsers = prepared<{ userIds: readonly number[]; endedAfter: number }, MembershipRow & { user_id: number }>(
  (db, slot) =>
    db
      .selectFrom('members as m')
      .innerJoin('conversations as c', 'c.id', 'm.conversation_id')
      .select(['m.user_id', 'c.id', 'c.kind', 'c.changed_at', 'm.status', 'm.changed_at as member_changed_at'])
      .select(['m.join_seq', 'c.seq', 'c.version'])
      .where('m.user_id', 'in', slot.userIds)
      .where((eb) => eb.or([eb('m.status', '=', 'active'), eb('m.changed_at', '>', slot.endedAfter)]))
      .orderBy('c.changed_at', 'desc')
      .orderBy('c.id', 'desc'),
);

/**
 * The conversations a user is in, and those they went out of after `endedAfter`; the most recently changed first. Costs what
 * the user's memberships cost, never the history. [D6] One read for all who sign in within a tick.
 */
export const membershipsOf = gathered<Kysely<Tables>, MembershipsRequest, readonly MembershipRow[]>(
  async (db, requests) => {
    const userIds = [...new Set(requests.map(({ userId }) => userId))];
    const rows = await ofUsers(db, { userIds, endedAfter: Math.min(...requests.map(({ endedAfter }) => endedAfter)) });
    const byUser = Map.groupBy(rows, (row) => row.user_id);
    return requests.map(({ userId, endedAfter }) =>
      (byUser.get(userId) ?? []).filter((row) => row.status === 'active' || row.member_changed_at > endedAfter),
    );
  },
);
