import type { Handler } from '../context.ts';
import { conversationMeta } from '../conversation-meta.ts';
import { hiddenSeqs } from '../hidden-seqs.ts';
import { openConversation, readableAfter } from '../load-conversation.ts';
import { messageView, type MessageRow } from '../message-view.ts';
import { prepared } from '../prepared.ts';
import { usersOf } from '../users-of.ts';

const changedAfter = prepared<{ conversationId: number; after: number; floor: number; limit: number }, MessageRow>(
  (db, slot) =>
    db
      .selectFrom('messages')
      .selectAll()
      .where('conversation_id', '=', slot.conversationId)
      .where('version', '>', slot.after)
      .where('seq', '>', slot.floor)
      .orderBy('version')
      .limit(slot.limit),
);

/** Reads the head before the rows and never claims more than the head: what changes in between comes again by push or sync. */
export const messageSync: Handler<'message.sync'> = async (context, { params, session }) => {
  const { conversationId, after, limit } = params;
  const { db } = context.store;
  const conversation = await openConversation(db, {
    conversationId,
    userId: session.userId,
    action: 'read',
    now: context.clock.now(),
  });
  const { version, seq, metaVersion } = conversation;
  const floor = readableAfter(conversation);
  const rows = await changedAfter(db, { conversationId, after, floor, limit: limit + 1 });
  const hasMore = rows.length > limit;
  const items = rows.slice(0, limit).map(messageView);
  const [users, hidden] = await Promise.all([usersOf(db, items), hiddenSeqs(db, session.userId, items)]);
  const nextAfter = hasMore ? Math.min(items.at(-1)?.version ?? version, version) : version;
  const meta = metaVersion > after ? { meta: conversationMeta(conversation) } : {};
  return { result: { items, users, hiddenSeqs: hidden, ...meta, nextAfter, hasMore, version, seq, minSeq: floor + 1 } };
};
