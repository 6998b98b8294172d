import { cursorAudienceMax } from '../cursor-audience.ts';
import { ParleyError } from '@parley/protocol';
import { topicOf, type Topic } from '../../delivery.ts';
import type { CursorMove } from '../../store/store.ts';
import type { Handler } from '../context.ts';
import { openAsMember, type OpenedConversation } from '../open-as-member.ts';

export const cursorAdvance: Handler<'cursor.advance'> = async (context, { params, session }) => {
  const { conversationId, deliveredSeq, readSeq } = params;
  const { userId } = session;
  const now = context.clock.now();
  const conversation = await openAsMember(context.store.db, { conversationId, userId, action: 'keep-own', now });
  const move: CursorMove = {
    conversationId,
    userId,
    now,
    ...(deliveredSeq === undefined ? {} : { deliveredSeq }),
    ...(readSeq === undefined ? {} : { readSeq }),
  };
  const cursor = await context.writer.moveCursor(move, [audienceOf(conversation, userId)]);
  if (cursor === undefined) throw new ParleyError('not-member');
  return { result: { deliveredSeq: cursor.deliveredSeq, readSeq: cursor.readSeq } };
};

function audienceOf({ id, kind, memberCount }: OpenedConversation, userId: number): Topic {
  const isShown = kind === 'direct' || (kind === 'group' && memberCount <= cursorAudienceMax);
  return isShown ? topicOf.conversation(id) : topicOf.user(userId);
}
