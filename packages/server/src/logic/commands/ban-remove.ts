import type { Handler } from '../context.ts';
import { openConversation } from '../load-conversation.ts';

/** Lets them come back; it does not bring them back. */
export const banRemove: Handler<'ban.remove'> = async (context, { params, session }) => {
  const { conversationId, userId } = params;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    await openConversation(tx, { conversationId, userId: session.userId, action: 'ban', now });
    await tx.deleteFrom('bans').where('conversation_id', '=', conversationId).where('user_id', '=', userId).execute();
    await tx
      .updateTable('members')
      .set({ status: 'removed' })
      .where('conversation_id', '=', conversationId)
      .where('user_id', '=', userId)
      .where('status', '=', 'banned')
      .execute();
    return { result: undefined, deliveries: [] };
  });
  return { result: {} };
};
