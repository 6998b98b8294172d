import { limits, type Conversation, type Membership, type Message, type PushOf } from '@parley/protocol';

/** A conversation after one of its messages was sent, edited, recalled or reacted to. */
export function withMessage(conversation: Conversation, message: Message, ownId: number): Conversation {
  if (message.version <= conversation.version) return conversation;
  const isNew = message.seq > conversation.seq;
  const isLast = isNew || message.seq === conversation.lastMessage?.seq;
  const next: Conversation = { ...conversation, version: message.version, ...(isLast ? { lastMessage: message } : {}) };
  if (!isNew) return next;
  const memberCount = conversation.memberCount + membersMore(message);
  return { ...next, seq: message.seq, memberCount, ...counted(conversation.membership, message, ownId) };
}

/** By how many a group grew or shrank with this message. */
function membersMore({ content }: Message): number {
  if (content.type !== 'system') return 0;
  const { system } = content;
  if (system.event === 'joined' || system.event === 'added') return system.userIds.length;
  return system.event === 'left' || system.event === 'removed' ? -system.userIds.length : 0;
}

function counted(
  membership: Membership | undefined,
  message: Message,
  ownId: number,
): { readonly membership?: Membership } {
  if (membership === undefined) return {};
  if (message.senderId === ownId || message.seq <= membership.readSeq) return { membership };
  const unreadCount = Math.min(limits.unreadMax, membership.unreadCount + 1);
  const mentionCount = membership.mentionCount + (isMention(message, ownId) ? 1 : 0);
  return { membership: { ...membership, unreadCount, mentionCount } };
}

export function isMention(message: Message, ownId: number): boolean {
  return (
    message.senderId !== ownId && message.content.type === 'text' && (message.content.mentions ?? []).includes(ownId)
  );
}

/** Whether an edit or a recall of something unread can change how many mentions there are; it tells only the new text. */
export function mayMoveMentions(conversation: Conversation, message: Message, ownId: number): boolean {
  const { membership, seq } = conversation;
  if (membership === undefined || message.seq > seq || message.seq <= membership.readSeq) return false;
  return membership.mentionCount > 0 || isMention(message, ownId);
}

/** After a head: how many came is known, what they are is not. */
export function withHead(
  conversation: Conversation,
  head: { readonly version: number; readonly seq: number },
): Conversation {
  if (head.version <= conversation.version) return conversation;
  const { membership } = conversation;
  const came = Math.max(0, head.seq - conversation.seq);
  const next: Conversation = { ...conversation, version: head.version, seq: Math.max(head.seq, conversation.seq) };
  if (membership === undefined) return next;
  return {
    ...next,
    membership: { ...membership, unreadCount: Math.min(limits.unreadMax, membership.unreadCount + came) },
  };
}

export function withMeta(conversation: Conversation, push: PushOf<'conversation.changed'>): Conversation {
  const version = Math.max(conversation.version, push.version);
  if (push.meta.metaVersion < conversation.metaVersion) return { ...conversation, version };
  // Fields that went away must not stay.
  const { avatarUrl: _avatarUrl, ownerId: _ownerId, ...rest } = conversation;
  return { ...rest, ...push.meta, version };
}

/** After a cursor moved: one's own changes what is unread, others' what is ticked. Cursors only grow. [D4] */
export function withCursor(
  conversation: Conversation,
  move: Omit<PushOf<'cursor.moved'>, 'push'>,
  ownId: number,
): Conversation {
  if (move.userId === ownId) return withOwnCursor(conversation, move);
  const peerDeliveredSeq = Math.max(conversation.peerDeliveredSeq ?? 0, move.deliveredSeq, move.readSeq);
  const peerReadSeq = Math.max(conversation.peerReadSeq ?? 0, move.readSeq);
  if (peerDeliveredSeq === conversation.peerDeliveredSeq && peerReadSeq === conversation.peerReadSeq)
    return conversation;
  return { ...conversation, peerDeliveredSeq, peerReadSeq };
}

/** A conversation as the server gives it, with no cursor lower than what is held. [D4] */
export function withCursorsOf(conversation: Conversation, held: Conversation): Conversation {
  const { membership, peerDeliveredSeq, peerReadSeq } = conversation;
  const next =
    peerReadSeq === undefined
      ? conversation
      : {
          ...conversation,
          peerDeliveredSeq: Math.max(peerDeliveredSeq ?? 0, held.peerDeliveredSeq ?? 0),
          peerReadSeq: Math.max(peerReadSeq, held.peerReadSeq ?? 0),
        };
  if (membership === undefined || held.membership === undefined) return next;
  const { deliveredSeq, readSeq } = held.membership;
  return withOwnCursor(next, { deliveredSeq, readSeq });
}

function withOwnCursor(
  conversation: Conversation,
  move: { readonly deliveredSeq: number; readonly readSeq: number },
): Conversation {
  const { membership, seq } = conversation;
  if (membership === undefined) return conversation;
  const readSeq = Math.max(membership.readSeq, move.readSeq);
  const deliveredSeq = Math.max(membership.deliveredSeq, move.deliveredSeq, readSeq);
  if (readSeq === membership.readSeq && deliveredSeq === membership.deliveredSeq) return conversation;
  const isAllRead = readSeq >= seq;
  const unreadCount = isAllRead ? 0 : Math.min(membership.unreadCount, seq - readSeq);
  return {
    ...conversation,
    membership: {
      ...membership,
      readSeq,
      deliveredSeq,
      unreadCount,
      mentionCount: isAllRead ? 0 : Math.min(membership.mentionCount, unreadCount),
    },
  };
}
