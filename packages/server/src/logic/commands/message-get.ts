import type { Handler } from '../context.ts';
import { findMessage } from '../find-message.ts';
import { openConversation } from '../load-conversation.ts';
import { messageView } from '../message-view.ts';

export const messageGet: Handler<'message.get'> = async (context, { params, session }) => {
  const { db } = context.store;
  const conversation = await openConversation(db, {
    conversationId: params.conversationId,
    userId: session.userId,
    action: 'read',
    now: context.clock.now(),
  });
  return { result: { message: messageView(await findMessage(db, conversation, params.seq)) } };
};
