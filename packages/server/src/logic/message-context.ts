import type { MessageContext } from '../delivery.ts';
import type { OpenedConversation } from './open-as-member.ts';

/** What a delivery says of its message beside the push; `conversation` as the sender sees it. */
export function messageContext(conversation: OpenedConversation, senderName: string, trace?: string): MessageContext {
  const { kind, peer } = conversation;
  const recipient = peer === undefined ? {} : { recipient: peer };
  return { kind, senderName, ...recipient, ...(trace === undefined ? {} : { trace }) };
}
