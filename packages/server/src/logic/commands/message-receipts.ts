import type { Selectable } from 'kysely';
import { limits } from '@parley/protocol';
import type { UserTable } from '../../store/schema.ts';
import type { Handler } from '../context.ts';
import { findMessage } from '../find-message.ts';
import { openConversation } from '../load-conversation.ts';
import { prepared } from '../prepared.ts';
import { userView } from '../user-view.ts';

type Args = { conversationId: number; seq: number; senderId: number; limit: number };
type Receipt = Selectable<UserTable> & { readonly read_seq: number };

/** Who joined later never got it, wherever their cursors stand. */
const receiptsOf = prepared<Args, Receipt>((db, slot) =>
  db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .selectAll('users')
    .select('members.read_seq')
    .where('members.conversation_id', '=', slot.conversationId)
    .where('members.status', '=', 'active')
    .where('members.delivered_seq', '>=', slot.seq)
    .where('members.join_seq', '<', slot.seq)
    .where('members.user_id', '<>', slot.senderId)
    .orderBy('members.user_id')
    .limit(slot.limit),
);

export const messageReceipts: Handler<'message.receipts'> = async (context, { params, session }) => {
  const { conversationId, seq } = params;
  const { db } = context.store;
  const now = context.clock.now();
  const conversation = await openConversation(db, {
    conversationId,
    userId: session.userId,
    action: 'see-receipts',
    now,
  });
  const message = await findMessage(db, conversation, seq);
  const rows = await receiptsOf(db, {
    conversationId,
    seq,
    senderId: message.sender_id,
    limit: limits.groupMembersMax,
  });
  const readBy = rows.filter((row) => row.read_seq >= seq).map(userView);
  return { result: { readBy, deliveredTo: rows.map(userView) } };
};
