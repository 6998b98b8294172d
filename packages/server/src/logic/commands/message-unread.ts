import { limits } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { openConversation, readableAfter } from '../load-conversation.ts';
import { prepared } from '../prepared.ts';

type Args = { userId: number; conversationId: number; after: number; limit: number };
interface SeqRow {
  readonly seq: number;
}

const mentionsAfter = prepared<Args, SeqRow>((db, slot) =>
  db
    .selectFrom('mentions')
    .select('seq')
    .where('user_id', '=', slot.userId)
    .where('conversation_id', '=', slot.conversationId)
    .where('seq', '>', slot.after)
    .orderBy('seq')
    .limit(slot.limit),
);

const othersAfter = prepared<Args, SeqRow>((db, slot) =>
  db
    .selectFrom('messages')
    .select('seq')
    .where('conversation_id', '=', slot.conversationId)
    .where('seq', '>', slot.after)
    .where('sender_id', '<>', slot.userId)
    .orderBy('seq')
    .limit(slot.limit),
);

export const messageUnread: Handler<'message.unread'> = async (context, { params, session }) => {
  const { conversationId } = params;
  const { userId } = session;
  const { db } = context.store;
  const conversation = await openConversation(db, {
    conversationId,
    userId,
    action: 'keep-own',
    now: context.clock.now(),
  });
  const after = Math.max(conversation.membership?.readSeq ?? 0, readableAfter(conversation));
  const mentions = await mentionsAfter(db, { userId, conversationId, after, limit: limits.unreadMax });
  const [first] = await othersAfter(db, { userId, conversationId, after, limit: 1 });
  const firstUnread = first === undefined ? {} : { firstUnreadSeq: first.seq };
  return { result: { mentionSeqs: mentions.map((row) => row.seq), ...firstUnread, userId } };
};
