import type { Kysely } from 'kysely';
import { topicOf, type Delivery } from '../delivery.ts';
import type { Tables } from '../store/schema.ts';
import type { LoadedConversation } from './load-conversation.ts';
import { messageView, type MessageRow } from './message-view.ts';
import { prepared } from './prepared.ts';

const newestJoin = prepared<{ conversationId: number }, { join_seq: number | null }>((db, slot) =>
  db
    .selectFrom('members')
    .select((eb) => eb.fn.max('join_seq').as('join_seq'))
    .where('conversation_id', '=', slot.conversationId)
    .where('status', '=', 'active'),
);

/**
 * The delivery of a message that was edited, recalled or reacted to. In a group with a member who joined after it was written
 * only the head goes out: that member must not see it, and everyone's sync shows each what they may. [D8]
 * Carries no context: formats that know new messages only leave it out.
 */
export async function changedDelivery(
  tx: Kysely<Tables>,
  conversation: LoadedConversation,
  row: MessageRow,
): Promise<Delivery> {
  const topic = topicOf.conversation(conversation.id);
  if (await isFenced(tx, conversation, row.seq)) {
    return {
      topic,
      push: { push: 'conversation.head', conversationId: conversation.id, version: row.version, seq: conversation.seq },
    };
  }
  const delivery: Delivery = { topic, push: { push: 'message.changed', message: messageView(row) } };
  return conversation.kind === 'group' ? { ...delivery, isFenced: true } : delivery;
}

async function isFenced(tx: Kysely<Tables>, { id, kind }: LoadedConversation, seq: number): Promise<boolean> {
  if (kind !== 'group') return false;
  const [newest] = await newestJoin(tx, { conversationId: id });
  return (newest?.join_seq ?? 0) >= seq;
}
