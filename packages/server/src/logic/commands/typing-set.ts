import { topicOf } from '../../delivery.ts';
import type { Handler } from '../context.ts';
import { openAsMember } from '../open-as-member.ts';

/** Who types in a larger conversation is of no use to anyone there, and costs everyone there a frame. */
export const typingAudienceMax = 500;

export const typingSet: Handler<'typing.set'> = async (context, { params, session }) => {
  const { conversationId, isTyping } = params;
  const { userId } = session;
  const now = context.clock.now();
  const { memberCount } = await openAsMember(context.store.db, { conversationId, userId, action: 'typing', now });
  if (memberCount <= typingAudienceMax) {
    await context.enqueue([
      { topic: topicOf.conversation(conversationId), push: { push: 'typing', conversationId, userId, isTyping } },
    ]);
  }
  return { result: {} };
};
