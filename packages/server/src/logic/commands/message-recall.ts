import { limits, ParleyError } from '@parley/protocol';
import { changeMessage, type Changing } from '../change-message.ts';
import type { Handler } from '../context.ts';
import { removeMentions } from '../mentions.ts';
import { refusal, requirePermission } from '../permissions.ts';

export const messageRecall: Handler<'message.recall'> = async (context, { params, session }) => {
  const version = await changeMessage(context, {
    target: params,
    session,
    action: 'see',
    columns: async (changing) => {
      requireRecallable(changing, session.userId);
      if (changing.content.type === 'recalled') return undefined;
      await erase(changing);
      return { content: JSON.stringify({ type: 'recalled', byUserId: session.userId }), reactions: null };
    },
  });
  return { result: { version } };
};

/** Authors within the window; owner and admins any time. */
function requireRecallable({ conversation, before, content, now }: Changing, userId: number): void {
  requirePermission('recall-own', conversation, now);
  if (content.type === 'system') throw new ParleyError('forbidden');
  const isOwn = before.sender_id === userId;
  if (isOwn && now - before.created_at <= limits.recallWindowMs) return;
  const code = refusal('recall-any', conversation, now);
  if (code !== undefined) throw new ParleyError(isOwn ? 'too-late' : code);
}

async function erase(changing: Changing): Promise<void> {
  const { tx, before } = changing;
  for (const table of ['revisions', 'reactions'] as const) {
    await tx
      .deleteFrom(table)
      .where('conversation_id', '=', before.conversation_id)
      .where('seq', '=', before.seq)
      .execute();
  }
  await removeMentions(changing);
}
