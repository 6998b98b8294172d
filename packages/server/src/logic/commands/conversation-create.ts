import type { Params, SystemEvent } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../delivery.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import { admitMembers } from '../admit-members.ts';
import { appendSystemMessage } from '../append-system-message.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { addedDelivery, joinDelivery, memberTopic, systemDelivery } from '../membership-deliveries.ts';
import { requireAddable } from '../require-addable.ts';
import type { Changed } from '../writer.ts';

interface Creation {
  readonly params: Params<'conversation.create'>;
  readonly session: Session;
  readonly memberIds: readonly number[];
  readonly now: number;
}

export const conversationCreate: Handler<'conversation.create'> = async (context, { params, session }) => {
  const memberIds = [...new Set(params.memberIds)].filter((id) => id !== session.userId);
  const creation: Creation = { params, session, memberIds, now: context.clock.now() };
  const id = await context.writer.change((tx) => create(context, tx, creation));
  const conversation = await conversationView(context.store.db, session.userId, id);
  return { result: { conversation }, effects: { subscribe: [memberTopic(conversation)] } };
};

async function create(context: Context, tx: Transaction<Tables>, creation: Creation): Promise<Changed<number>> {
  const { params, session, memberIds, now } = creation;
  await requireAddable(tx, { actorId: session.userId, userIds: memberIds });
  const id = await insertConversation(tx, creation);
  const place = { id, kind: params.kind, seq: 0 } as const;
  await admitMembers(tx, { conversation: { ...place, memberCount: 0 }, userIds: [session.userId], role: 'owner', now });
  await admitMembers(tx, { conversation: { ...place, memberCount: 1 }, userIds: memberIds, now });
  const told = params.kind === 'group' ? await tellOfCreation(context, tx, { ...creation, id }) : [];
  const added: Delivery[] = [];
  for (const userId of [session.userId, ...memberIds]) {
    added.push(addedDelivery(userId, await conversationView(tx, userId, id)));
  }
  return { result: id, deliveries: [joinDelivery(place, [session.userId, ...memberIds]), ...added, ...told] };
}

async function insertConversation(tx: Transaction<Tables>, { params, session, now }: Creation): Promise<number> {
  const isListed = params.kind !== 'group' && params.isListed;
  const { id } = await tx
    .insertInto('conversations')
    .values({
      kind: params.kind,
      title: params.title,
      topic: params.topic,
      avatar: null,
      owner_id: session.userId,
      is_listed: isListed ? 1 : 0,
      direct_key: null,
      changed_at: now,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function tellOfCreation(
  context: Context,
  tx: Transaction<Tables>,
  { id, session, memberIds, now }: Creation & { readonly id: number },
): Promise<Delivery[]> {
  const base = { conversationId: id, senderId: session.userId, now };
  const messages = [await appendSystemMessage(context, tx, { ...base, event: { event: 'created' } })];
  if (memberIds.length > 0) {
    const event: SystemEvent = { event: 'added', userIds: [...memberIds] };
    messages.push(await appendSystemMessage(context, tx, { ...base, event }));
  }
  return messages.map((message) => systemDelivery(message, session.userName));
}
