import type { Handler } from '../context.ts';
import { hiddenSeqs } from '../hidden-seqs.ts';
import { historyRange } from '../history-range.ts';
import { openConversation, readableAfter } from '../load-conversation.ts';
import { messageView, type MessageRow } from '../message-view.ts';
import { prepared } from '../prepared.ts';
import { usersOf } from '../users-of.ts';

const inRange = prepared<{ conversationId: number; from: number; to: number }, MessageRow>((db, slot) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('conversation_id', '=', slot.conversationId)
    .where('seq', '>=', slot.from)
    .where('seq', '<=', slot.to)
    .orderBy('seq'),
);

/** Reads the head before the rows: what changes in between is told twice, never missed. */
export const messageHistory: Handler<'message.history'> = async (context, { params, session }) => {
  const { conversationId, ...page } = params;
  const { db } = context.store;
  const conversation = await openConversation(db, {
    conversationId,
    userId: session.userId,
    action: 'read',
    now: context.clock.now(),
  });
  const floor = readableAfter(conversation);
  const { from, to, hasOlder, hasNewer } = historyRange(page, { floor, head: conversation.seq });
  const items = (await inRange(db, { conversationId, from, to })).map(messageView);
  const [users, hidden] = await Promise.all([usersOf(db, items), hiddenSeqs(db, session.userId, items)]);
  const { version, seq } = conversation;
  return { result: { items, users, hiddenSeqs: hidden, hasOlder, hasNewer, version, seq, minSeq: floor + 1 } };
};
