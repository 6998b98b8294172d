import { topicOf } from '../delivery.ts';
import type { Context } from './context.ts';
import { listenersOf } from './listeners.ts';
import { membersAmong } from './members-among.ts';
import { partDeliveries } from './membership-deliveries.ts';

/** Listeners of one look at the members. */
const batchMax = 512;

/** After a room was closed to strangers: those who look at it without being members stop getting its pushes. [D8] */
export async function partStrangers(context: Context, conversationId: number): Promise<void> {
  const { userIds } = await listenersOf(context, topicOf.conversation(conversationId));
  const all = [...userIds];
  for (let from = 0; from < all.length; from += batchMax) {
    const batch = all.slice(from, from + batchMax);
    const members = new Set(await membersAmong(context.store.db, conversationId, batch));
    const strangers = batch.filter((userId) => !members.has(userId));
    if (strangers.length > 0) await context.enqueue(partDeliveries(conversationId, strangers));
  }
}
