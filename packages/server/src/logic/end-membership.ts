import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';

export interface EndedMembership {
  readonly conversationId: number;
  readonly userId: number;
  readonly status: 'left' | 'removed' | 'banned';
  readonly now: number;
}

/**
 * Ends an active membership, in `store.write`. The row stays, without its role, so that the former member is told `not-member`.
 * Who was put out takes their invitations along: a link of one's own must be no way back in.
 */
export async function endMembership(tx: Transaction<Tables>, ended: EndedMembership): Promise<void> {
  const { conversationId, userId, status, now } = ended;
  await tx
    .updateTable('members')
    .set({ status, role: 'member', changed_at: now })
    .where('conversation_id', '=', conversationId)
    .where('user_id', '=', userId)
    .execute();
  await tx
    .updateTable('conversations')
    .set((eb) => ({ member_count: eb('member_count', '-', 1) }))
    .where('id', '=', conversationId)
    .execute();
  if (status === 'left') return;
  await tx
    .deleteFrom('invites')
    .where('conversation_id', '=', conversationId)
    .where('created_by', '=', userId)
    .execute();
}
