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

/** Where the conversation stands with the change. */
type Place = Pick<LoadedConversation, 'id' | 'kind' | 'seq' | 'version'>;

/**
 * The delivery of a message that was there before: edited, recalled, reacted to, or sent again. In a group with a member who joined
 * after it was written only the head goes out: that member must not see it, and everyone's sync shows each what they may. [D8]
 * Carries no context: formats that know new messages only leave it out.
 */
export async function changedDelivery(tx: Kysely<Tables>, conversation: Place, row: MessageRow): Promise<Delivery> {
  const topic = topicOf.conversation(conversation.id);
  if (await isFenced(tx, conversation, row.seq)) {
    const { id: conversationId, version, seq } = conversation;
    return { topic, push: { push: 'conversation.head', conversationId, version, seq } };
  }
  const delivery: Delivery = { topic, push: { push: 'message.changed', message: messageView(row) } };
  return conversation.kind === 'group' ? { ...delivery, isFenced: true } : delivery;
}

async function isFenced(tx: Kysely<Tables>, { id, kind }: Place, seq: number): Promise<boolean> {
  if (kind !== 'group') return false;
  const [newest] = await newestJoin(tx, { conversationId: id });
  return (newest?.join_seq ?? 0) >= seq;
}
