import { describe, expect, test } from 'bun:test';
import { limits, type Message } from '@parley/protocol';
import { group } from '../test/group.ts';
import { isMention, withCursor, withHead, withMessage, withMeta } from './conversation-change.ts';

const ownId = 1;
const conversation = group({ id: 9, seq: 3, version: 3 }, { readSeq: 3, deliveredSeq: 3 });

function message(seq: number, version: number, change: Partial<Message> = {}): Message {
  return {
    conversationId: 9,
    seq,
    id: String(seq),
    version,
    senderId: 2,
    clientMsgId: `m${seq}`,
    createdAt: seq,
    content: { type: 'text', text: 'hi', mentions: [ownId] },
    ...change,
  };
}

describe('a conversation in the list', () => {
  test('counts others’ messages and mentions, not one’s own, and knows the last', () => {
    const once = withMessage(conversation, message(4, 4), ownId);
    expect(once).toMatchObject({
      seq: 4,
      version: 4,
      lastMessage: { seq: 4 },
      membership: { unreadCount: 1, mentionCount: 1 },
    });
    const own = withMessage(once, message(5, 5, { senderId: ownId }), ownId);
    expect(own).toMatchObject({ seq: 5, membership: { unreadCount: 1, mentionCount: 1 } });
    expect(isMention(message(5, 5, { senderId: ownId }), ownId)).toBe(false);
  });

  test('D4 ignores what it has seen, and an edit of an earlier message is not a new one', () => {
    const now = withMessage(conversation, message(4, 4), ownId);
    expect(withMessage(now, message(4, 4), ownId)).toBe(now);
    const edited = withMessage(now, message(2, 5), ownId);
    expect([edited.seq, edited.version, edited.lastMessage?.seq, edited.membership?.unreadCount]).toEqual([4, 5, 4, 1]);
    expect(withMessage(edited, message(4, 6, { editedAt: 6 }), ownId).lastMessage?.editedAt).toBe(6);
  });

  test('a group counts its members by who came and went, once', () => {
    const added = message(4, 4, { content: { type: 'system', system: { event: 'added', userIds: [5, 6] } } });
    const removed = message(5, 5, { content: { type: 'system', system: { event: 'removed', userIds: [5] } } });
    const grown = withMessage(conversation, added, ownId);
    expect(grown.memberCount).toBe(4);
    expect(withMessage(grown, added, ownId).memberCount).toBe(4);
    expect(withMessage(grown, removed, ownId).memberCount).toBe(3);
  });

  test('D7 a head counts what came, up to the maximum', () => {
    expect(withHead(conversation, { version: 9, seq: 8 })).toMatchObject({
      seq: 8,
      version: 9,
      membership: { unreadCount: 5 },
    });
    expect(withHead(conversation, { version: 9_000, seq: 9_000 }).membership?.unreadCount).toBe(limits.unreadMax);
    expect(withHead(conversation, { version: 3, seq: 3 })).toBe(conversation);
  });

  test('I11 cursors only grow; reading the last message clears the counts', () => {
    const unread = withHead(conversation, { version: 9, seq: 8 });
    const half = withCursor(unread, { conversationId: 9, userId: ownId, deliveredSeq: 6, readSeq: 6 }, ownId);
    expect(half.membership).toMatchObject({ readSeq: 6, unreadCount: 2 });
    expect(withCursor(half, { conversationId: 9, userId: ownId, deliveredSeq: 1, readSeq: 1 }, ownId)).toBe(half);
    expect(
      withCursor(half, { conversationId: 9, userId: ownId, deliveredSeq: 8, readSeq: 8 }, ownId).membership,
    ).toMatchObject({ unreadCount: 0, mentionCount: 0 });
    const ticked = withCursor(half, { conversationId: 9, userId: 2, deliveredSeq: 8, readSeq: 5 }, ownId);
    expect([ticked.peerDeliveredSeq, ticked.peerReadSeq]).toEqual([8, 5]);
  });

  test('takes a new title, and no older one', () => {
    const meta = {
      id: 9,
      kind: 'group',
      title: 'New',
      topic: '',
      isListed: false,
      createdAt: 0,
      metaVersion: 5,
    } as const;
    const renamed = withMeta(
      { ...conversation, avatarUrl: '/a' },
      { push: 'conversation.changed', conversationId: 9, version: 5, meta },
    );
    expect([renamed.title, renamed.version, renamed.avatarUrl]).toEqual(['New', 5, undefined]);
    expect(
      withMeta(renamed, {
        push: 'conversation.changed',
        conversationId: 9,
        version: 6,
        meta: { ...meta, title: 'Old', metaVersion: 4 },
      }).title,
    ).toBe('New');
  });
});
