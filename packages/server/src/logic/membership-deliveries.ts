import type { Conversation, ConversationKind, Message, PushOf } from '@parley/protocol';
import { topicOf, type Delivery, type RawPush, type Topic } from '../delivery.ts';
import type { Floor } from '../rpc/rpc.ts';

interface Place {
  readonly id: number;
  readonly kind: ConversationKind;
}

interface Stand extends Place {
  readonly joinSeq: number;
  readonly seq: number;
  readonly version: number;
}

/** Written in a format nobody has: it only carries joins and parts, and costs no listener anything. */
const silent: RawPush = { push: 'raw', format: 'none', text: '' };

/** What a member's connections listen to while the conversation is not on screen: rooms and channels tell only their heads. */
export function memberTopic({ id, kind }: Place): Topic {
  return kind === 'room' || kind === 'channel' ? topicOf.heads(id) : topicOf.conversation(id);
}

/** From where on a member may hear: of groups, the others show everything. [D8] */
export function floorsOf(stand: Stand): Floor[] {
  const { kind, joinSeq, seq, version } = stand;
  return kind === 'group' ? [{ topic: memberTopic(stand), joinSeq, seq, version }] : [];
}

/** These users' connections begin to listen, without anything for the others to see. */
export function joinDelivery(place: Place, joins: readonly number[]): Delivery {
  return { topic: memberTopic(place), push: silent, joins };
}

/** These users' connections stop listening to everything of a conversation. [D8] */
export function partDeliveries(id: number, parts: readonly number[]): Delivery[] {
  return [
    { topic: topicOf.conversation(id), push: silent, parts },
    { topic: topicOf.heads(id), push: silent, parts },
  ];
}

/** A system message on its way; those it makes members see it, and so do those it removes, as their last. [D8] */
export function systemDelivery(
  message: Message,
  senderName: string,
  membership: Pick<Delivery, 'joins' | 'parts'> = {},
): Delivery {
  return {
    topic: topicOf.conversation(message.conversationId),
    push: { push: 'message.changed', message },
    context: { kind: 'group', senderName },
    isFenced: true,
    ...membership,
  };
}

/** Tells all devices of a user that they are in this conversation, or that their settings of it changed. */
export function addedDelivery(userId: number, conversation: Conversation): Delivery {
  return { topic: topicOf.user(userId), push: { push: 'conversation.added', conversation } };
}

export function removedDelivery(
  userId: number,
  conversationId: number,
  reason: PushOf<'conversation.removed'>['reason'],
): Delivery {
  return { topic: topicOf.user(userId), push: { push: 'conversation.removed', conversationId, reason } };
}
