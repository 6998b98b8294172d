import { ParleyError, type Params } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../delivery.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import { admitMembers } from '../admit-members.ts';
import { appendSystemMessage } from '../append-system-message.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { openConversation, type LoadedConversation } from '../load-conversation.ts';
import { addedDelivery, joinDelivery, systemDelivery } from '../membership-deliveries.ts';
import { requireAddable } from '../require-addable.ts';

interface Addition {
  readonly params: Params<'member.add'>;
  readonly session: Session;
  readonly now: number;
}

export const memberAdd: Handler<'member.add'> = async (context, { params, session }) => {
  const addition: Addition = { params, session, now: context.clock.now() };
  await context.writer.change(async (tx) => ({
    result: undefined,
    deliveries: await add(context, tx, addition),
  }));
  return { result: { conversation: await conversationView(context.store.db, session.userId, params.conversationId) } };
};

async function add(context: Context, tx: Transaction<Tables>, { params, session, now }: Addition): Promise<Delivery[]> {
  const { conversationId } = params;
  const asked = { conversationId, userId: session.userId, action: 'add-members', now } as const;
  const conversation = await openConversation(tx, asked);
  const userIds = await notYetMembers(tx, conversationId, [...new Set(params.userIds)]);
  if (userIds.length === 0) return [];
  await requireAddable(tx, { actorId: session.userId, userIds });
  await requireNotBanned(tx, conversationId, userIds);
  await admitMembers(tx, { conversation, userIds, now });
  const told = await tell(context, tx, { conversation, session, userIds, now });
  const added: Delivery[] = [];
  for (const userId of userIds) added.push(addedDelivery(userId, await conversationView(tx, userId, conversationId)));
  return [...added, told];
}

interface Told {
  readonly conversation: LoadedConversation;
  readonly session: Session;
  readonly userIds: number[];
  readonly now: number;
}

async function tell(
  context: Context,
  tx: Transaction<Tables>,
  { conversation, session, userIds, now }: Told,
): Promise<Delivery> {
  if (conversation.kind !== 'group') return joinDelivery(conversation, userIds);
  const at = { conversationId: conversation.id, senderId: session.userId, now };
  const message = await appendSystemMessage(context, tx, { ...at, event: { event: 'added', userIds } });
  return systemDelivery(message, session.userName, { joins: userIds });
}

async function notYetMembers(tx: Transaction<Tables>, id: number, userIds: readonly number[]): Promise<number[]> {
  const rows = await tx
    .selectFrom('members')
    .select('user_id')
    .where('conversation_id', '=', id)
    .where('user_id', 'in', userIds)
    .where('status', '=', 'active')
    .execute();
  const members = new Set(rows.map((row) => row.user_id));
  return userIds.filter((userId) => !members.has(userId));
}

/** A ban holds until it is lifted, whoever opens the door. */
async function requireNotBanned(tx: Transaction<Tables>, id: number, userIds: readonly number[]): Promise<void> {
  const banned = await tx
    .selectFrom('bans')
    .select('user_id')
    .where('conversation_id', '=', id)
    .where('user_id', 'in', userIds)
    .limit(1)
    .execute();
  if (banned.length > 0) throw new ParleyError('banned', 'One of them is banned from this conversation.');
}
