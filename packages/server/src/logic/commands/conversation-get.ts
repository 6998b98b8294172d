import type { Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { openConversation } from '../load-conversation.ts';

export const conversationGet: Handler<'conversation.get'> = async ({ store, clock }, { params, session }) => {
  const { conversationId } = params;
  const { userId } = session;
  await openConversation(store.db, { conversationId, userId, action: 'see', now: clock.now() });
  return { result: { conversation: await conversationView(store.db, userId, conversationId) } };
};
