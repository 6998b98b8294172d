import type { ConversationKind } from '@parley/protocol';
import { prepared } from './prepared.ts';

/** One user's place in one conversation, with when either last changed. */
export interface MembershipRow {
  readonly id: number;
  readonly kind: ConversationKind;
  readonly status: 'active' | 'left' | 'removed' | 'banned';
  readonly member_changed_at: number;
  readonly changed_at: number;
}

/**
 * The conversations a user is in, and those they went out of after `endedAfter`; the most recently changed first. Costs what
 * the user's memberships cost, never the history. [D6]
 */
export const membershipsOf = prepared<{ userId: number; endedAfter: number }, MembershipRow>((db, slot) =>
  db
    .selectFrom('members as m')
    .innerJoin('conversations as c', 'c.id', 'm.conversation_id')
    .select(['c.id', 'c.kind', 'c.changed_at', 'm.status', 'm.changed_at as member_changed_at'])
    .where('m.user_id', '=', slot.userId)
    .where((eb) => eb.or([eb('m.status', '=', 'active'), eb('m.changed_at', '>', slot.endedAfter)]))
    .orderBy('c.changed_at', 'desc')
    .orderBy('c.id', 'desc'),
);
