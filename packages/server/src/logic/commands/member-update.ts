import { ParleyError, type Params, type Role } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../delivery.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import { appendSystemMessage } from '../append-system-message.ts';
import { changeMeta } from '../change-meta.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { findMember } from '../find-member.ts';
import { openConversation, type LoadedConversation } from '../load-conversation.ts';
import { addedDelivery, systemDelivery } from '../membership-deliveries.ts';
import { refusalOver } from '../permissions.ts';

interface RoleChange {
  readonly conversation: LoadedConversation;
  readonly params: Params<'member.update'>;
  readonly session: Session;
  readonly now: number;
}

export const memberUpdate: Handler<'member.update'> = async (context, { params, session }) => {
  const { conversationId } = params;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const asked = { conversationId, userId: session.userId, action: 'give-role', now } as const;
    const conversation = await openConversation(tx, asked);
    const target = await findMember(tx, params);
    const code = refusalOver('give-role', conversation, { role: target.role, now });
    if (code !== undefined) throw new ParleyError(code);
    const hasChanged = target.role !== params.role;
    const deliveries = hasChanged ? await change(context, tx, { conversation, params, session, now }) : [];
    return { result: undefined, deliveries };
  });
  return { result: {} };
};

async function change(context: Context, tx: Transaction<Tables>, roleChange: RoleChange): Promise<Delivery[]> {
  const { conversation, params, session, now } = roleChange;
  const isHandover = params.role === 'owner';
  const deliveries: Delivery[] = [];
  await setRole(tx, { ...roleChange, userId: params.userId, role: params.role });
  if (isHandover) {
    await setRole(tx, { ...roleChange, userId: session.userId, role: 'admin' });
    deliveries.push(await changeMeta(context, tx, { conversation, change: { ownerId: params.userId }, now }));
  }
  if (conversation.kind === 'group') deliveries.push(await tell(context, tx, roleChange));
  for (const userId of isHandover ? [params.userId, session.userId] : [params.userId]) {
    deliveries.push(addedDelivery(userId, await conversationView(tx, userId, conversation.id)));
  }
  return deliveries;
}

async function setRole(
  tx: Transaction<Tables>,
  { conversation, userId, role, now }: RoleChange & { readonly userId: number; readonly role: Role },
): Promise<void> {
  await tx
    .updateTable('members')
    .set({ role, changed_at: now })
    .where('conversation_id', '=', conversation.id)
    .where('user_id', '=', userId)
    .execute();
}

async function tell(context: Context, tx: Transaction<Tables>, roleChange: RoleChange): Promise<Delivery> {
  const { conversation, params, session, now } = roleChange;
  const message = await appendSystemMessage(context, tx, {
    conversationId: conversation.id,
    senderId: session.userId,
    event: { event: 'role', userIds: [params.userId], role: params.role },
    now,
  });
  return systemDelivery(message, session.userName);
}
