import type { Transaction } from 'kysely';
import { topicOf } from '../../delivery.ts';
import type { Tables } from '../../store/schema.ts';
import type { Handler } from '../context.ts';
import { findMessage } from '../find-message.ts';
import { openConversation } from '../load-conversation.ts';

export const messageHide: Handler<'message.hide'> = async (context, { params, session }) => {
  const { conversationId, seq } = params;
  const { userId } = session;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const conversation = await openConversation(tx, {
      conversationId,
      userId,
      action: 'keep-own',
      now,
    });
    await findMessage(tx, conversation, seq);
    const row = { user_id: userId, conversation_id: conversationId, seq };
    const [inserted] = await tx
      .insertInto('hidden')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const isNew = inserted?.numInsertedOrUpdatedRows !== 0n;
    if (isNew) await touchMember(tx, { conversationId, userId, now });
    const push = { push: 'message.hidden', conversationId, seq } as const;
    return { result: undefined, deliveries: isNew ? [{ topic: topicOf.user(userId), push }] : [] };
  });
  return { result: {} };
};

/** The list shows no hidden message as the last: devices that are away learn it with what else changed. [D16] */
async function touchMember(
  tx: Transaction<Tables>,
  { conversationId, userId, now }: { readonly conversationId: number; readonly userId: number; readonly now: number },
): Promise<void> {
  await tx
    .updateTable('members')
    .set({ changed_at: now })
    .where('conversation_id', '=', conversationId)
    .where('user_id', '=', userId)
    .execute();
}
