import type { Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { joinMember } from '../join-member.ts';
import { openConversation } from '../load-conversation.ts';
import { memberTopic } from '../membership-deliveries.ts';
import { isActive } from '../permissions.ts';

export const conversationJoin: Handler<'conversation.join'> = async (context, { params, session }) => {
  const { conversationId } = params;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const asked = { conversationId, userId: session.userId, action: 'join', now } as const;
    const conversation = await openConversation(tx, asked);
    const deliveries = isActive(conversation) ? [] : await joinMember(context, tx, { conversation, session, now });
    return { result: undefined, deliveries };
  });
  const conversation = await conversationView(context.store.db, session.userId, conversationId);
  return { result: { conversation }, effects: { subscribe: [memberTopic(conversation)] } };
};
