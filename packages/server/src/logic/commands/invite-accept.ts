import { ParleyError } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../delivery.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { findInvite } from '../invites.ts';
import { joinMember } from '../join-member.ts';
import { loadConversation } from '../load-conversation.ts';
import { floorsOf, memberTopic } from '../membership-deliveries.ts';
import { isActive } from '../permissions.ts';
import type { Changed } from '../writer.ts';

interface Acceptance {
  readonly code: string;
  readonly session: Session;
  readonly now: number;
}

export const inviteAccept: Handler<'invite.accept'> = async (context, { params, session }) => {
  const acceptance: Acceptance = { code: params.code, session, now: context.clock.now() };
  const conversationId = await context.writer.change((tx) => accept(context, tx, acceptance));
  const conversation = await conversationView(context.store.db, session.userId, conversationId);
  // All that is on its way now is from before the coming of this user, or that itself, which the reply tells of.
  const floors = floorsOf({ ...conversation, joinSeq: conversation.seq });
  return { result: { conversation }, effects: { subscribe: [memberTopic(conversation)], floors } };
};

/** Resolves with the conversation. Whoever is in it already uses nothing up. */
async function accept(context: Context, tx: Transaction<Tables>, acceptance: Acceptance): Promise<Changed<number>> {
  const { code, session, now } = acceptance;
  const { conversation_id: conversationId } = await findInvite(tx, code, now);
  const conversation = await loadConversation(tx, { conversationId, userId: session.userId });
  if (conversation === undefined) throw new ParleyError('invite-invalid');
  if (conversation.isBanned) throw new ParleyError('banned');
  if (isActive(conversation)) return { result: conversationId, deliveries: [] };
  await countUse(tx, acceptance);
  const deliveries: Delivery[] = await joinMember(context, tx, { conversation, session, now });
  return { result: conversationId, deliveries };
}

/** Counted by the row itself, so that two at once cannot both take the last use. */
async function countUse(tx: Transaction<Tables>, { code }: Acceptance): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('invites')
    .set((eb) => ({ uses: eb('uses', '+', 1) }))
    .where('code', '=', code)
    .where((eb) => eb.or([eb('max_uses', 'is', null), eb('uses', '<', eb.ref('max_uses'))]))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new ParleyError('invite-invalid');
}
