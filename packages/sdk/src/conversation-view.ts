import type { Conversation } from '@parley/protocol';
import type { ConversationView } from './contract.ts';

const views = new WeakMap<Conversation, ConversationView>();

/** A conversation as the list shows it; the same view for the same conversation. */
export function conversationView(conversation: Conversation): ConversationView {
  const known = views.get(conversation);
  if (known !== undefined) return known;
  const view = makeView(conversation);
  views.set(conversation, view);
  return view;
}

function makeView(conversation: Conversation): ConversationView {
  const { membership, peer, lastMessage } = conversation;
  const avatarUrl = conversation.avatarUrl ?? peer?.avatarUrl;
  return {
    id: conversation.id,
    kind: conversation.kind,
    name: conversation.title === '' ? (peer?.displayName ?? '') : conversation.title,
    topic: conversation.topic,
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(peer === undefined ? {} : { peer }),
    isMember: membership !== undefined,
    ...(lastMessage === undefined ? {} : { lastMessage }),
    lastActivityAt: lastMessage?.createdAt ?? conversation.createdAt,
    memberCount: conversation.memberCount,
    seq: conversation.seq,
    conversation,
    ...ownPart(membership),
  };
}

type OwnPart = Pick<ConversationView, 'role' | 'unreadCount' | 'mentionCount' | 'readSeq' | 'notify' | 'mutedUntil'>;

function ownPart(membership: Conversation['membership']): OwnPart {
  if (membership === undefined) return { unreadCount: 0, mentionCount: 0, readSeq: 0, notify: 'all' };
  const { role, unreadCount, mentionCount, readSeq, notify, mutedUntil } = membership;
  return { role, unreadCount, mentionCount, readSeq, notify, ...(mutedUntil === undefined ? {} : { mutedUntil }) };
}
