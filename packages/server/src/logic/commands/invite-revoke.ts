import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { findInvite } from '../invites.ts';
import { loadConversation } from '../load-conversation.ts';
import { refusal } from '../permissions.ts';

export const inviteRevoke: Handler<'invite.revoke'> = async (context, { params, session }) => {
  const { code } = params;
  const { userId } = session;
  const now = context.clock.now();
  await context.writer.change(async (tx) => {
    const invite = await findInvite(tx, code, now);
    const conversation = await loadConversation(tx, { conversationId: invite.conversation_id, userId });
    if (conversation === undefined) throw new ParleyError('invite-invalid');
    const isOwn = invite.created_by === userId;
    if (!isOwn && refusal('manage-invites', conversation, now) !== undefined) throw new ParleyError('forbidden');
    await tx.deleteFrom('invites').where('code', '=', code).execute();
    return { result: undefined, deliveries: [] };
  });
  return { result: {} };
};
