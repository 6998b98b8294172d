import { ParleyError } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { readableAfter } from './load-conversation.ts';
import type { MessageRow } from './message-view.ts';
import type { OpenedConversation } from './open-as-member.ts';
import { prepared } from './prepared.ts';

const bySeq = prepared<{ conversationId: number; seq: number }, MessageRow>((db, slot) =>
  db.selectFrom('messages').selectAll().where('conversation_id', '=', slot.conversationId).where('seq', '=', slot.seq),
);

/** One message that this user may read. @throws ParleyError `not-found` also for what lies before one's joining. [D8] */
export async function findMessage(
  db: Kysely<Tables>,
  conversation: OpenedConversation,
  seq: number,
): Promise<MessageRow> {
  const [row] = seq > readableAfter(conversation) ? await bySeq(db, { conversationId: conversation.id, seq }) : [];
  if (row === undefined) throw new ParleyError('not-found');
  return row;
}
