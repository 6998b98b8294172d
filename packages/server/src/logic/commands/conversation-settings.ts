import type { Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { openConversation } from '../load-conversation.ts';
import { addedDelivery } from '../membership-deliveries.ts';

export const conversationSettings: Handler<'conversation.settings'> = async (context, { params, session }) => {
  const { conversationId, notify } = params;
  const { userId } = session;
  const now = context.clock.now();
  const conversation = await context.writer.change(async (tx) => {
    await openConversation(tx, { conversationId, userId, action: 'keep-own', now });
    await tx
      .updateTable('members')
      .set({ notify, changed_at: now })
      .where('conversation_id', '=', conversationId)
      .where('user_id', '=', userId)
      .execute();
    const view = await conversationView(tx, userId, conversationId);
    return { result: view, deliveries: [addedDelivery(userId, view)] };
  });
  return { result: { conversation } };
};
