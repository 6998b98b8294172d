import { topicOf } from '../delivery.ts';
import type { Context } from './context.ts';
import { listenersOf } from './listeners.ts';
import { partDeliveries } from './membership-deliveries.ts';
import { prepared } from './prepared.ts';

/** Users of one query. */
const batchMax = 512;

const activeAmong = prepared<{ conversationId: number; userIds: readonly number[] }, { user_id: number }>((db, slot) =>
  db
    .selectFrom('members')
    .select('user_id')
    .where('conversation_id', '=', slot.conversationId)
    .where('user_id', 'in', slot.userIds)
    .where('status', '=', 'active'),
);

/** After a room was closed to strangers: those who look at it without being members stop getting its pushes. [D8] */
export async function partStrangers(context: Context, conversationId: number): Promise<void> {
  const { userIds } = await listenersOf(context, topicOf.conversation(conversationId));
  const all = [...userIds];
  for (let from = 0; from < all.length; from += batchMax) {
    const batch = all.slice(from, from + batchMax);
    const rows = await activeAmong(context.store.db, { conversationId, userIds: batch });
    const members = new Set(rows.map((row) => row.user_id));
    const strangers = batch.filter((userId) => !members.has(userId));
    if (strangers.length > 0) await context.enqueue(partDeliveries(conversationId, strangers));
  }
}
