import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { limits } from '../limits.ts';
import { ack, clientMsgId, content, conversationId, conversationMeta, message, sendableContent, seq, timestamp, user, userId, version } from '../model.ts';

const queryNumber = z.coerce.number().int();
const emoji = z.string().min(1).max(limits.reactionCharsMax).regex(/^[\p{Emoji}\p{Emoji_Component}\u200d\ufe0f]+$/u, 'an emoji').refine((text) => /[^0-9#*]/.test(text), 'an emoji');
const changed = z.object({ version }).meta({ id: 'Changed', description: 'The version of the conversation that holds the change.' });
const ofMessage = { conversationId, seq };

export const messageCommands = [
  defineCommand({
    name: 'message.send', summary: 'Send a message. The answer means: committed, with final numbers. [D1] Retry with the same clientMsgId. [D2]', access: 'session', rate: 'send',
    params: z.strictObject({ conversationId, clientMsgId, content: sendableContent, replyTo: seq.optional() }),
    result: ack,
    http: { method: 'POST', path: '/conversations/{conversationId}/messages', status: 201 },
    errors: ['not-found', 'not-member', 'banned', 'muted', 'read-only', 'blocked', 'client-msg-id-conflict'],
  }),
  defineCommand({
    name: 'message.edit', summary: 'Change one’s own text; the earlier text is kept in its history.', access: 'session', rate: 'send',
    params: z.strictObject({ ...ofMessage, content: sendableContent }), result: changed,
    http: { method: 'PATCH', path: '/conversations/{conversationId}/messages/{seq}', status: 200 },
    errors: ['not-found', 'not-member', 'banned', 'forbidden', 'muted', 'read-only', 'blocked', 'already-recalled', 'too-late'],
  }),
  defineCommand({
    name: 'message.recall', summary: 'Take a message back for everyone (its author; owner and admins). Its text is erased.', access: 'session', rate: 'send',
    params: z.strictObject(ofMessage), result: changed,
    http: { method: 'DELETE', path: '/conversations/{conversationId}/messages/{seq}', status: 200 },
    errors: ['not-found', 'not-member', 'banned', 'forbidden', 'too-late'],
  }),
  defineCommand({
    name: 'message.hide', summary: 'Delete a message for oneself, on all one’s devices.', access: 'session', rate: 'write',
    params: z.strictObject(ofMessage), result: z.object({}),
    http: { method: 'POST', path: '/conversations/{conversationId}/messages/{seq}/hide', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'reaction.add', summary: 'React to a message.', access: 'session', rate: 'send',
    params: z.strictObject({ ...ofMessage, emoji }), result: changed,
    http: { method: 'PUT', path: '/conversations/{conversationId}/messages/{seq}/reactions/{emoji}', status: 200 },
    errors: ['not-found', 'not-member', 'banned', 'muted', 'blocked', 'already-recalled', 'too-many-reactions'],
  }),
  defineCommand({
    name: 'reaction.remove', summary: 'Take a reaction back.', access: 'session', rate: 'send',
    params: z.strictObject({ ...ofMessage, emoji }), result: changed,
    http: { method: 'DELETE', path: '/conversations/{conversationId}/messages/{seq}/reactions/{emoji}', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'message.history', summary: 'A page of messages, oldest first: the newest, or those before, after or around a seq.', access: 'session', rate: 'read',
    params: z.strictObject({
      conversationId,
      before: queryNumber.min(1).optional(), after: queryNumber.min(0).optional(), around: queryNumber.min(1).optional(),
      limit: queryNumber.min(1).max(limits.pageMax).default(limits.pageDefault),
    }).refine((p) => [p.before, p.after, p.around].filter((v) => v !== undefined).length <= 1, 'only one of before, after, around'),
    result: z.object({
      items: z.array(message),
      users: z.array(user).meta({ description: 'The senders of the page.' }),
      hiddenSeqs: z.array(seq).meta({ description: 'Seqs within the page that the caller deleted for themselves.' }),
      hasOlder: z.boolean(), hasNewer: z.boolean(),
      version: version.meta({ description: 'The head as of this page: changes after it come by push or sync.' }),
      seq: z.int().min(0),
      minSeq: z.int().min(1).meta({ description: 'The oldest seq this caller may read. [D13]' }),
    }),
    http: { method: 'GET', path: '/conversations/{conversationId}/messages', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'message.get', summary: 'One message.', access: 'session', rate: 'read',
    params: z.strictObject(ofMessage), result: z.object({ message }),
    http: { method: 'GET', path: '/conversations/{conversationId}/messages/{seq}', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'message.revisions', summary: 'The earlier texts of an edited message, oldest first.', access: 'session', rate: 'read',
    params: z.strictObject(ofMessage), result: z.object({ items: z.array(z.object({ content, replacedAt: timestamp })) }),
    http: { method: 'GET', path: '/conversations/{conversationId}/messages/{seq}/revisions', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'message.sync', summary: 'Everything that changed after a version, in version order: the state as it is now. [D6]', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId, after: queryNumber.min(0), limit: queryNumber.min(1).max(limits.syncPageMax).default(limits.syncPageMax) }),
    result: z.object({
      items: z.array(message),
      meta: conversationMeta.optional().meta({ description: 'Present when it changed after `after`.' }),
      users: z.array(user), hiddenSeqs: z.array(seq),
      nextAfter: version.meta({ description: 'Everything up to this version is in; go on from here while `hasMore`.' }),
      hasMore: z.boolean(),
      version: version.meta({ description: 'The head.' }),
      seq: z.int().min(0), minSeq: z.int().min(1),
    }),
    http: { method: 'GET', path: '/conversations/{conversationId}/changes', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'message.search', summary: 'Full-text search in the caller’s conversations, newest first; two Chinese characters are enough.', access: 'session', rate: 'search',
    params: z.strictObject({
      query: z.string().trim().min(1).max(limits.searchCharsMax),
      conversationId: queryNumber.min(1).optional(), senderId: queryNumber.min(1).optional(),
      from: queryNumber.min(0).optional(), to: queryNumber.min(0).optional(),
      limit: queryNumber.min(1).max(limits.pageMax).default(20), cursor: z.string().max(200).optional(),
    }),
    result: z.object({ items: z.array(message), users: z.array(user), nextCursor: z.string().optional() }),
    http: { method: 'GET', path: '/search', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'message.receipts', summary: 'Who has read a message, and to whom it was delivered; direct conversations and groups.', access: 'session', rate: 'read',
    params: z.strictObject(ofMessage),
    result: z.object({ readBy: z.array(user), deliveredTo: z.array(user) }),
    http: { method: 'GET', path: '/conversations/{conversationId}/messages/{seq}/receipts', status: 200 }, errors: ['not-found', 'not-member', 'banned', 'forbidden'],
  }),
  defineCommand({
    name: 'cursor.advance', summary: 'Say up to where this device has the messages, and up to where the user has read. Only grows. [D4]', access: 'session', rate: 'signal',
    params: z.strictObject({ conversationId, deliveredSeq: z.int().min(0).optional(), readSeq: z.int().min(0).optional() }),
    result: z.object({ deliveredSeq: z.int(), readSeq: z.int() }),
    http: { method: 'PUT', path: '/conversations/{conversationId}/cursor', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'typing.set', summary: 'Say that one is typing; repeat every few seconds while it lasts. [D9]', access: 'session', rate: 'signal',
    params: z.strictObject({ conversationId, isTyping: z.boolean() }), result: z.object({}),
    http: { method: 'POST', path: '/conversations/{conversationId}/typing', status: 200 }, errors: ['not-found', 'not-member', 'banned', 'muted', 'read-only', 'blocked'],
  }),
  defineCommand({
    name: 'message.unread', summary: 'Mentions of oneself that are unread, oldest first.', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId }), result: z.object({ mentionSeqs: z.array(seq), firstUnreadSeq: seq.optional(), userId }),
    http: { method: 'GET', path: '/conversations/{conversationId}/unread', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
] as const;
