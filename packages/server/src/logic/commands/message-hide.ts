import { topicOf } from '../../delivery.ts';
import type { Handler } from '../context.ts';
import { findMessage } from '../find-message.ts';
import { openConversation } from '../load-conversation.ts';

export const messageHide: Handler<'message.hide'> = async (context, { params, session }) => {
  const { conversationId, seq } = params;
  const { userId } = session;
  await context.writer.change(async (tx) => {
    const conversation = await openConversation(tx, {
      conversationId,
      userId,
      action: 'keep-own',
      now: context.clock.now(),
    });
    await findMessage(tx, conversation, seq);
    const row = { user_id: userId, conversation_id: conversationId, seq };
    const [inserted] = await tx
      .insertInto('hidden')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const isNew = inserted?.numInsertedOrUpdatedRows !== 0n;
    const push = { push: 'message.hidden', conversationId, seq } as const;
    return { result: undefined, deliveries: isNew ? [{ topic: topicOf.user(userId), push }] : [] };
  });
  return { result: {} };
};
