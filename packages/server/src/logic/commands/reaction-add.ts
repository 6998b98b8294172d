import type { Reaction } from '@parley/protocol';
import { changeMessage, refuseRecalled, type Changing } from '../change-message.ts';
import type { Handler } from '../context.ts';
import { withReaction, type OwnReaction } from '../reactions.ts';

export const reactionAdd: Handler<'reaction.add'> = async (context, { params, session }) => {
  const own = { emoji: params.emoji, userId: session.userId };
  const version = await changeMessage(context, {
    target: params,
    session,
    action: 'react',
    columns: async (changing) => {
      refuseRecalled(changing.content);
      if (!(await insert(changing, own))) return undefined;
      const reactions = JSON.parse(changing.before.reactions ?? '[]') as Reaction[];
      return { reactions: JSON.stringify(withReaction(reactions, own)) };
    },
  });
  return { result: { version } };
};

async function insert({ tx, before, now }: Changing, { emoji, userId }: OwnReaction): Promise<boolean> {
  const { conversation_id, seq } = before;
  const [inserted] = await tx
    .insertInto('reactions')
    .values({ conversation_id, seq, user_id: userId, emoji, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return inserted?.numInsertedOrUpdatedRows !== 0n;
}
