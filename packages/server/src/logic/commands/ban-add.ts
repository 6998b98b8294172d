import { ParleyError, type Params } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery } from '../../delivery.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import type { Context, Handler } from '../context.ts';
import { loadConversation, openConversation, type LoadedConversation } from '../load-conversation.ts';
import { partDeliveries } from '../membership-deliveries.ts';
import { isActive, refusalOver } from '../permissions.ts';
import { releaseMember } from '../release-member.ts';

interface Ban {
  readonly params: Params<'ban.add'>;
  readonly session: Session;
  readonly now: number;
}

export const banAdd: Handler<'ban.add'> = async (context, { params, session }) => {
  const ban: Ban = { params, session, now: context.clock.now() };
  await context.writer.change(async (tx) => ({ result: undefined, deliveries: await banUser(context, tx, ban) }));
  return { result: {} };
};

async function banUser(context: Context, tx: Transaction<Tables>, ban: Ban): Promise<Delivery[]> {
  const { params, session, now } = ban;
  const { conversationId, userId } = params;
  const conversation = await openConversation(tx, { conversationId, userId: session.userId, action: 'ban', now });
  const target = await loadConversation(tx, { conversationId, userId });
  if (target === undefined || target.isBanned) return [];
  await requireBannable(tx, { conversation, target, ban });
  await tx
    .insertInto('bans')
    .values({
      conversation_id: conversationId,
      user_id: userId,
      reason: params.reason,
      banned_by: session.userId,
      banned_at: now,
    })
    .execute();
  // Whoever is no member may still be looking at an open room.
  if (!isActive(target)) return partDeliveries(conversationId, [userId]);
  return releaseMember(context, tx, { conversation, userId, actor: session, reason: 'banned', now });
}

interface Banning {
  readonly conversation: LoadedConversation;
  /** The conversation as the one to be banned stands to it. */
  readonly target: LoadedConversation;
  readonly ban: Ban;
}

async function requireBannable(tx: Transaction<Tables>, { conversation, target, ban }: Banning): Promise<void> {
  const role = target.membership?.role ?? 'member';
  const code = refusalOver('ban', conversation, { role, now: ban.now });
  if (code !== undefined) throw new ParleyError(code);
  const user = await tx.selectFrom('users').select('id').where('id', '=', ban.params.userId).executeTakeFirst();
  if (user === undefined) throw new ParleyError('not-found');
}
