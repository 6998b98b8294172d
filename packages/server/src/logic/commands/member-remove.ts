import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { findMember } from '../find-member.ts';
import { openConversation } from '../load-conversation.ts';
import { refusalOver } from '../permissions.ts';
import { releaseMember } from '../release-member.ts';

export const memberRemove: Handler<'member.remove'> = async (context, { params, session }) => {
  const { conversationId, userId } = params;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const asked = { conversationId, userId: session.userId, action: 'remove-member', now } as const;
    const conversation = await openConversation(tx, asked);
    const { role } = await findMember(tx, params);
    const code = refusalOver('remove-member', conversation, { role, now });
    if (code !== undefined) throw new ParleyError(code);
    const release = { conversation, userId, actor: session, reason: 'removed', now } as const;
    return { result: undefined, deliveries: await releaseMember(context, tx, release) };
  });
  return { result: {} };
};
