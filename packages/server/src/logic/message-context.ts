import type { MessageContext } from '../delivery.ts';
import type { LoadedConversation } from './load-conversation.ts';

/** What a delivery says of its message beside the push; `conversation` as the sender sees it. */
export function messageContext(conversation: LoadedConversation, senderName: string): MessageContext {
  const { kind, peer } = conversation;
  return peer === undefined ? { kind, senderName } : { kind, senderName, recipient: peer };
}
