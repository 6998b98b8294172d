import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { findInvite } from '../invites.ts';
import { loadConversation } from '../load-conversation.ts';
import { isActive } from '../permissions.ts';

export const inviteGet: Handler<'invite.get'> = async ({ store, clock }, { params, session }) => {
  const invite = await findInvite(store.db, params.code, clock.now());
  const conversationId = invite.conversation_id;
  const conversation = await loadConversation(store.db, { conversationId, userId: session.userId });
  if (conversation === undefined || conversation.kind === 'direct') throw new ParleyError('invite-invalid');
  if (conversation.isBanned) throw new ParleyError('banned');
  const { title, kind, memberCount } = conversation;
  return { result: { title, kind, memberCount, isMember: isActive(conversation), conversationId } };
};
