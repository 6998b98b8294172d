import { limits, ParleyError, type Content } from '@parley/protocol';
import { changeMessage, refuseRecalled, type Changing } from '../change-message.ts';
import type { Handler } from '../context.ts';
import { mentionedMembers, removeMentions } from '../mentions.ts';
import { requirePermission } from '../permissions.ts';
import { keepRevision } from '../revisions.ts';

export const messageEdit: Handler<'message.edit'> = async (context, { params, session }) => {
  const text = JSON.stringify(params.content);
  const version = await changeMessage(context, {
    target: params,
    session,
    action: 'send',
    columns: async (changing) => {
      requireEditable(changing, session.userId);
      if (text === changing.before.content) return undefined;
      await keepRevision(changing);
      await moveMentions(changing, params.content);
      return { content: text, edited_at: changing.now };
    },
  });
  return { result: { version } };
};

function requireEditable({ conversation, before, content, now }: Changing, userId: number): void {
  refuseRecalled(content);
  if (before.sender_id !== userId) requirePermission('edit-any', conversation, now);
  if (content.type === 'system') throw new ParleyError('forbidden');
  if (now - before.created_at > limits.editWindowMs) throw new ParleyError('too-late');
}

async function moveMentions(changing: Changing, content: Extract<Content, { type: 'text' | 'custom' }>): Promise<void> {
  const { tx, before } = changing;
  const target = { conversationId: before.conversation_id, senderId: before.sender_id };
  const userIds = await mentionedMembers(tx, { ...target, content });
  await removeMentions(changing);
  if (userIds.length === 0) return;
  const rows = userIds.map((user_id) => ({ user_id, conversation_id: before.conversation_id, seq: before.seq }));
  await tx.insertInto('mentions').values(rows).execute();
}
