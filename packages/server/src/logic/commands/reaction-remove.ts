import { limits, type Reaction } from '@parley/protocol';
import { changeMessage, type Changing } from '../change-message.ts';
import type { Handler } from '../context.ts';
import { isRefillNeeded, withoutReaction, type OwnReaction } from '../reactions.ts';

export const reactionRemove: Handler<'reaction.remove'> = async (context, { params, session }) => {
  const own = { emoji: params.emoji, userId: session.userId };
  const version = await changeMessage(context, {
    target: params,
    session,
    action: 'keep-own',
    columns: async (changing) => {
      if (!(await remove(changing, own))) return undefined;
      const reactions = JSON.parse(changing.before.reactions ?? '[]') as Reaction[];
      const first = isRefillNeeded(reactions, own) ? await firstLeft(changing, own.emoji) : undefined;
      const left = withoutReaction(reactions, own, first);
      return { reactions: left.length === 0 ? null : JSON.stringify(left) };
    },
  });
  return { result: { version } };
};

async function remove({ tx, before }: Changing, { emoji, userId }: OwnReaction): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('reactions')
    .where('conversation_id', '=', before.conversation_id)
    .where('seq', '=', before.seq)
    .where('user_id', '=', userId)
    .where('emoji', '=', emoji)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

async function firstLeft({ tx, before }: Changing, emoji: string): Promise<number[]> {
  const rows = await tx
    .selectFrom('reactions')
    .select('user_id')
    .where('conversation_id', '=', before.conversation_id)
    .where('seq', '=', before.seq)
    .where('emoji', '=', emoji)
    .orderBy('created_at')
    .orderBy('user_id')
    .limit(limits.reactionUsersShown)
    .execute();
  return rows.map((row) => row.user_id);
}
