import type { Push } from '@parley/protocol';

/** The conversation a push is about, where it is about one. */
export function conversationOf(push: Push): number | undefined {
  if (push.push === 'message.changed') return push.message.conversationId;
  if (push.push === 'conversation.added') return push.conversation.id;
  return 'conversationId' in push ? push.conversationId : undefined;
}
