import { ParleyError, type Params, type SystemEvent } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../delivery.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import { appendSystemMessage } from '../append-system-message.ts';
import { changeMeta, type MetaChange } from '../change-meta.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { openConversation, type LoadedConversation } from '../load-conversation.ts';
import { systemDelivery } from '../membership-deliveries.ts';
import { partStrangers } from '../part-strangers.ts';
import type { Changed } from '../writer.ts';

interface Update {
  readonly params: Params<'conversation.update'>;
  readonly session: Session;
  readonly now: number;
}

export const conversationUpdate: Handler<'conversation.update'> = async (context, { params, session }) => {
  const { conversationId } = params;
  const update: Update = { params, session, now: context.clock.now() };
  const isClosing = await context.writer.change((tx) => apply(context, tx, update));
  if (isClosing) await partStrangers(context, conversationId);
  return { result: { conversation: await conversationView(context.store.db, session.userId, conversationId) } };
};

/** Resolves with whether the conversation was open to strangers until now. */
async function apply(context: Context, tx: Transaction<Tables>, update: Update): Promise<Changed<boolean>> {
  const { conversationId } = update.params;
  const asked = { conversationId, userId: update.session.userId, action: 'update-meta', now: update.now } as const;
  const conversation = await openConversation(tx, asked);
  const change = differenceOf(conversation, update.params);
  if (Object.keys(change).length === 0) return { result: false, deliveries: [] };
  const changed = await changeMeta(context, tx, { conversation, change, now: update.now });
  const told = conversation.kind === 'group' ? await tell(context, tx, { ...update, change }) : [];
  return { result: change.isListed === false, deliveries: [changed, ...told] };
}

function differenceOf(conversation: LoadedConversation, params: Update['params']): MetaChange {
  const { title, topic, isListed } = params;
  if (isListed === true && conversation.kind === 'group') {
    const fields = [{ pointer: '/isListed', message: 'groups are never listed' }];
    throw new ParleyError('invalid-params', undefined, { fields });
  }
  return {
    ...(title === undefined || title === conversation.title ? {} : { title }),
    ...(topic === undefined || topic === conversation.topic ? {} : { topic }),
    ...(isListed === undefined || isListed === conversation.isListed ? {} : { isListed }),
  };
}

async function tell(
  context: Context,
  tx: Transaction<Tables>,
  { params, session, change, now }: Update & { readonly change: MetaChange },
): Promise<Delivery[]> {
  const events: SystemEvent[] = [];
  if (change.title !== undefined) events.push({ event: 'title', title: change.title });
  if (change.topic !== undefined) events.push({ event: 'topic', topic: change.topic });
  const told: Delivery[] = [];
  for (const event of events) {
    const at = { conversationId: params.conversationId, senderId: session.userId, event, now };
    told.push(systemDelivery(await appendSystemMessage(context, tx, at), session.userName));
  }
  return told;
}
