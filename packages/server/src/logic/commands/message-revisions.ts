import type { Content } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { findMessage } from '../find-message.ts';
import { openConversation } from '../load-conversation.ts';
import { prepared } from '../prepared.ts';
import { revisionsMax } from '../revisions.ts';

const ofMessage = prepared<{ conversationId: number; seq: number }, { content: string; replaced_at: number }>(
  (db, slot) =>
    db
      .selectFrom('revisions')
      .select(['content', 'replaced_at'])
      .where('conversation_id', '=', slot.conversationId)
      .where('seq', '=', slot.seq)
      .orderBy('version')
      .limit(revisionsMax),
);

export const messageRevisions: Handler<'message.revisions'> = async (context, { params, session }) => {
  const { conversationId, seq } = params;
  const { db } = context.store;
  const conversation = await openConversation(db, {
    conversationId,
    userId: session.userId,
    action: 'read',
    now: context.clock.now(),
  });
  await findMessage(db, conversation, seq);
  const rows = await ofMessage(db, { conversationId, seq });
  return {
    result: {
      items: rows.map((row) => ({ content: JSON.parse(row.content) as Content, replacedAt: row.replaced_at })),
    },
  };
};
