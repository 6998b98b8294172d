import type { Conversation, Membership } from '@parley/protocol';

/** A group as the server gives it to a member who has read nothing. */
export function group(change: Partial<Conversation> = {}, own: Partial<Membership> = {}): Conversation {
  return {
    id: 7,
    kind: 'group',
    title: 'Team',
    topic: '',
    isListed: false,
    createdAt: 0,
    metaVersion: 0,
    seq: 0,
    version: 0,
    minSeq: 1,
    memberCount: 2,
    membership: {
      role: 'member',
      joinSeq: 0,
      readSeq: 0,
      deliveredSeq: 0,
      unreadCount: 0,
      mentionCount: 0,
      notify: 'all',
      ...own,
    },
    ...change,
  };
}
