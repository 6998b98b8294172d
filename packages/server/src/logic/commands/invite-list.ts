import type { Handler } from '../context.ts';
import { inviteView, isInForce } from '../invites.ts';
import { openConversation } from '../load-conversation.ts';
import { refusal } from '../permissions.ts';

/** Owner and admins see all of them, others their own: whoever knows a code can use it. */
export const inviteList: Handler<'invite.list'> = async ({ store, clock }, { params, session }) => {
  const { conversationId } = params;
  const { userId } = session;
  const now = clock.now();
  const conversation = await openConversation(store.db, { conversationId, userId, action: 'invite', now });
  const rows = await store.db
    .selectFrom('invites')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .orderBy('created_at', 'desc')
    .execute();
  const seesAll = refusal('manage-invites', conversation, now) === undefined;
  const shown = rows.filter((row) => isInForce(row, now) && (seesAll || row.created_by === userId));
  return { result: { items: shown.map(inviteView) } };
};
