import type { SystemEvent } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../delivery.ts';
import type { Session } from '../session.ts';
import type { Tables } from '../store/schema.ts';
import { admitMembers } from './admit-members.ts';
import { appendSystemMessage } from './append-system-message.ts';
import type { Context } from './context.ts';
import { conversationView } from './conversation-view.ts';
import type { LoadedConversation } from './load-conversation.ts';
import { addedDelivery, joinDelivery, systemDelivery } from './membership-deliveries.ts';

export interface Joining {
  readonly conversation: LoadedConversation;
  readonly session: Session;
  readonly now: number;
}

/** Somebody comes by themselves, in `store.write`; answers what goes out. In groups everyone sees it, the joiner included. [D8] */
export async function joinMember(context: Context, tx: Transaction<Tables>, joining: Joining): Promise<Delivery[]> {
  const { conversation, session, now } = joining;
  const { userId } = session;
  await admitMembers(tx, { conversation, userIds: [userId], now });
  if (conversation.kind !== 'group') {
    const added = addedDelivery(userId, await conversationView(tx, userId, conversation.id));
    return [joinDelivery(conversation, [userId]), added];
  }
  const event: SystemEvent = { event: 'joined', userIds: [userId] };
  const at = { conversationId: conversation.id, senderId: userId, event, now };
  const message = await appendSystemMessage(context, tx, at);
  const added = addedDelivery(userId, await conversationView(tx, userId, conversation.id));
  return [added, systemDelivery(message, session.userName, { joins: [userId] })];
}
