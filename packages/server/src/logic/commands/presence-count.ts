import { topicOf } from '../../delivery.ts';
import type { Handler } from '../context.ts';
import { listenersOf } from '../listeners.ts';
import { openConversation } from '../load-conversation.ts';

export const presenceCount: Handler<'presence.count'> = async (context, { params, session }) => {
  const { conversationId } = params;
  const now = context.clock.now();
  await openConversation(context.store.db, { conversationId, userId: session.userId, action: 'read', now });
  const { count } = await listenersOf(context, topicOf.conversation(conversationId));
  return { result: { count } };
};
