import { ParleyError, type Role } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

export interface ActiveMember {
  readonly user_id: number;
  readonly role: Role;
}

const activeMember = prepared<{ conversationId: number; userId: number }, ActiveMember>((db, slot) =>
  db
    .selectFrom('members')
    .select(['user_id', 'role'])
    .where('conversation_id', '=', slot.conversationId)
    .where('user_id', '=', slot.userId)
    .where('status', '=', 'active'),
);

/** The member an owner or admin wants to act on. @throws ParleyError `not-found` when the user is not in the conversation now. */
export async function findMember(
  db: Kysely<Tables>,
  of: { readonly conversationId: number; readonly userId: number },
): Promise<ActiveMember> {
  const [row] = await activeMember(db, of);
  if (row === undefined) throw new ParleyError('not-found');
  return row;
}
