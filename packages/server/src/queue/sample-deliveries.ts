import { topicOf, type Delivery } from '../delivery.ts';

export function head(conversationId: number, version: number): Delivery {
  return {
    topic: topicOf.conversation(conversationId),
    push: { push: 'conversation.head', conversationId, version, seq: version },
  };
}

export function typing(conversationId: number): Delivery {
  return {
    topic: topicOf.conversation(conversationId),
    push: { push: 'typing', conversationId, userId: 1, isTyping: true },
  };
}

export function versionOf({ push }: Delivery): unknown {
  return 'version' in push ? push.version : undefined;
}
