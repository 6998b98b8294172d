import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { findMember } from '../find-member.ts';
import { openConversation } from '../load-conversation.ts';
import { addedDelivery } from '../membership-deliveries.ts';
import { refusalOver } from '../permissions.ts';

export const memberMute: Handler<'member.mute'> = async (context, { params, session }) => {
  const { conversationId, userId, until } = params;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const asked = { conversationId, userId: session.userId, action: 'mute', now } as const;
    const conversation = await openConversation(tx, asked);
    const { role } = await findMember(tx, params);
    const code = refusalOver('mute', conversation, { role, now });
    if (code !== undefined) throw new ParleyError(code);
    await tx
      .updateTable('members')
      .set({ muted_until: until > now ? until : null, changed_at: now })
      .where('conversation_id', '=', conversationId)
      .where('user_id', '=', userId)
      .execute();
    const view = await conversationView(tx, userId, conversationId);
    return { result: undefined, deliveries: [addedDelivery(userId, view)] };
  });
  return { result: {} };
};
