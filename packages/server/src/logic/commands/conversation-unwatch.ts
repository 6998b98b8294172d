import { topicOf } from '../../delivery.ts';
import type { Handler } from '../context.ts';
import { loadConversation } from '../load-conversation.ts';
import { memberTopic } from '../membership-deliveries.ts';
import { isActive } from '../permissions.ts';

/** Members of directs and groups always get every change: for them there is nothing to go back to. */
export const conversationUnwatch: Handler<'conversation.unwatch'> = async ({ store }, { params, session }) => {
  const { conversationId } = params;
  const topic = topicOf.conversation(conversationId);
  const loaded = await loadConversation(store.db, { conversationId, userId: session.userId });
  const stays = loaded !== undefined && isActive(loaded) && memberTopic(loaded) === topic;
  return { result: {}, effects: { unsubscribe: stays ? [] : [topic] } };
};
