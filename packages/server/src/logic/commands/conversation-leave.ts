import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { openConversation, type LoadedConversation } from '../load-conversation.ts';
import { releaseMember } from '../release-member.ts';

export const conversationLeave: Handler<'conversation.leave'> = async (context, { params, session }) => {
  const { conversationId } = params;
  const { userId } = session;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const conversation = await openConversation(tx, { conversationId, userId, action: 'leave', now });
    requireSuccessor(conversation);
    const deliveries = await releaseMember(context, tx, { conversation, userId, actor: session, reason: 'left', now });
    return { result: undefined, deliveries };
  });
  return { result: {} };
};

/** An owner goes last, or hands over first. */
function requireSuccessor({ membership, memberCount }: LoadedConversation): void {
  if (membership?.role === 'owner' && memberCount > 1) throw new ParleyError('owner-cannot-leave');
}
