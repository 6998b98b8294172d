import type { SystemEvent } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../delivery.ts';
import type { Session } from '../session.ts';
import type { Tables } from '../store/schema.ts';
import { appendSystemMessage } from './append-system-message.ts';
import { changeMeta } from './change-meta.ts';
import type { Context } from './context.ts';
import { endMembership } from './end-membership.ts';
import type { LoadedConversation } from './load-conversation.ts';
import { partDeliveries, removedDelivery, systemDelivery } from './membership-deliveries.ts';

export interface Release {
  readonly conversation: LoadedConversation;
  /** An active member. */
  readonly userId: number;
  readonly actor: Session;
  readonly reason: 'left' | 'removed' | 'banned';
  readonly now: number;
}

/**
 * A member goes or is put out, in `store.write`; answers what goes out. In groups everyone sees it, the one who goes as their
 * last; in rooms and channels it is no change. Then their connections hear nothing more of it. [D8]
 */
export async function releaseMember(context: Context, tx: Transaction<Tables>, release: Release): Promise<Delivery[]> {
  const { conversation, userId, reason, now } = release;
  const { id } = conversation;
  await endMembership(tx, { conversationId: id, userId, status: reason, now });
  const told: Delivery[] = [];
  if (conversation.ownerId === userId) {
    told.push(await changeMeta(context, tx, { conversation, change: { ownerId: null }, now }));
  }
  if (conversation.kind === 'group') told.push(await tellGroup(context, tx, release));
  else told.push(...partDeliveries(id, [userId]));
  return [...told, removedDelivery(userId, id, reason)];
}

async function tellGroup(context: Context, tx: Transaction<Tables>, release: Release): Promise<Delivery> {
  const { conversation, userId, actor, reason, now } = release;
  const event: SystemEvent = { event: reason === 'left' ? 'left' : 'removed', userIds: [userId] };
  const at = { conversationId: conversation.id, senderId: actor.userId, event, now };
  return systemDelivery(await appendSystemMessage(context, tx, at), actor.userName, { parts: [userId] });
}
