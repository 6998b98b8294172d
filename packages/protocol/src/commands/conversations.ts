import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { limits } from '../limits.ts';
import { conversation, conversationId, invite, line, member, notify, role, timestamp, userId } from '../model.ts';

const title = line(limits.titleCharsMax);
const topic = z.string().trim().max(limits.topicCharsMax);
const page = {
  limit: z.coerce.number().int().min(1).max(limits.pageMax).default(limits.pageDefault),
  cursor: z.string().max(200).optional().meta({ description: 'The `nextCursor` of the page before.' }),
};
const one = z.object({ conversation });
const nothing = z.object({});

export const conversationCommands = [
  defineCommand({
    name: 'conversation.list', summary: 'One’s own conversations, the most recently changed first.', access: 'session', rate: 'read',
    params: z.strictObject({ ...page }),
    result: z.object({ items: z.array(conversation), nextCursor: z.string().optional(), asOf: timestamp }),
    http: { method: 'GET', path: '/conversations', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'conversation.get', summary: 'One conversation as the caller sees it.', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId }), result: one,
    http: { method: 'GET', path: '/conversations/{conversationId}', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'conversation.direct', summary: 'The direct conversation with a user; made on first use.', access: 'session', rate: 'create',
    params: z.strictObject({ userId }), result: one,
    http: { method: 'POST', path: '/directs', status: 200 }, errors: ['not-found', 'blocked', 'too-many-conversations'],
  }),
  defineCommand({
    name: 'conversation.create', summary: 'Create a group, room or channel; the caller owns it.', access: 'account', rate: 'create',
    params: z.strictObject({
      kind: z.enum(['group', 'room', 'channel']), title, topic: topic.default(''),
      isListed: z.boolean().default(true).meta({ description: 'Rooms and channels: shown in the browser. Groups are never listed.' }),
      memberIds: z.array(userId).max(limits.inviteNamesMax).default([]),
    }),
    result: one,
    http: { method: 'POST', path: '/conversations', status: 201 }, errors: ['not-found', 'blocked', 'too-many-conversations'],
  }),
  defineCommand({
    name: 'conversation.update', summary: 'Change title, topic or listing (owner, admins).', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, title: title.optional(), topic: topic.optional(), isListed: z.boolean().optional() }),
    result: one,
    http: { method: 'PATCH', path: '/conversations/{conversationId}', status: 200 }, errors: ['not-found', 'forbidden', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'conversation.browse', summary: 'Listed rooms and channels, the most recently used first.', access: 'session', rate: 'search',
    params: z.strictObject({ query: z.string().trim().max(limits.searchCharsMax).default(''), ...page }),
    result: z.object({ items: z.array(conversation), nextCursor: z.string().optional() }),
    http: { method: 'GET', path: '/rooms', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'conversation.join', summary: 'Join an open room or channel.', access: 'session', rate: 'join',
    params: z.strictObject({ conversationId }), result: one,
    http: { method: 'POST', path: '/conversations/{conversationId}/join', status: 200 }, errors: ['not-found', 'banned', 'forbidden', 'too-many-conversations'],
  }),
  defineCommand({
    name: 'conversation.leave', summary: 'Leave a group, room or channel.', access: 'session', rate: 'join',
    params: z.strictObject({ conversationId }), result: nothing,
    http: { method: 'POST', path: '/conversations/{conversationId}/leave', status: 200 }, errors: ['not-found', 'not-member', 'owner-cannot-leave', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'conversation.watch', summary: 'Get every change of this conversation on this socket, while it is open on screen.', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId }), result: one, errors: ['not-found', 'not-member', 'banned', 'too-many-subscriptions'],
  }),
  defineCommand({
    name: 'conversation.unwatch', summary: 'Go back to heads only for a room.', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId }), result: nothing, errors: [],
  }),
  defineCommand({
    name: 'conversation.settings', summary: 'One’s own settings for a conversation.', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, notify }), result: one,
    http: { method: 'PATCH', path: '/conversations/{conversationId}/settings', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'member.list', summary: 'Members, owner and admins first, then by the time they joined. Bounded pages; never the whole room.', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId, ...page }),
    result: z.object({ items: z.array(member), nextCursor: z.string().optional() }),
    http: { method: 'GET', path: '/conversations/{conversationId}/members', status: 200 }, errors: ['not-found', 'not-member', 'banned'],
  }),
  defineCommand({
    name: 'member.add', summary: 'Add users by name to a group (any member), or to a room or channel (owner, admins).', access: 'session', rate: 'create',
    params: z.strictObject({ conversationId, userIds: z.array(userId).min(1).max(limits.inviteNamesMax) }), result: one,
    http: { method: 'POST', path: '/conversations/{conversationId}/members', status: 200 },
    errors: ['not-found', 'not-member', 'forbidden', 'banned', 'blocked', 'conversation-full', 'too-many-conversations'],
  }),
  defineCommand({
    name: 'member.remove', summary: 'Remove a member (owner; admins remove members). In force before it is answered. [D8]', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, userId }), result: nothing,
    http: { method: 'DELETE', path: '/conversations/{conversationId}/members/{userId}', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'member.update', summary: 'Give a role (owner). Giving `owner` hands the conversation over.', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, userId, role }), result: nothing,
    http: { method: 'PATCH', path: '/conversations/{conversationId}/members/{userId}', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'member.mute', summary: 'Stop a member from writing until a time (owner, admins); 0 lifts it.', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, userId, until: timestamp }), result: nothing,
    http: { method: 'PUT', path: '/conversations/{conversationId}/mutes/{userId}', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'ban.add', summary: 'Remove a user and keep them out (owner, admins).', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, userId, reason: z.string().trim().max(200).default('') }), result: nothing,
    http: { method: 'PUT', path: '/conversations/{conversationId}/bans/{userId}', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'ban.remove', summary: 'Let a banned user come back (owner, admins).', access: 'session', rate: 'write',
    params: z.strictObject({ conversationId, userId }), result: nothing,
    http: { method: 'DELETE', path: '/conversations/{conversationId}/bans/{userId}', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'ban.list', summary: 'Who is banned (owner, admins).', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId, ...page }),
    result: z.object({ items: z.array(z.object({ userId, displayName: z.string(), reason: z.string(), bannedBy: userId, bannedAt: timestamp })), nextCursor: z.string().optional() }),
    http: { method: 'GET', path: '/conversations/{conversationId}/bans', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'invite.create', summary: 'Make an invitation link (members of groups; owner and admins elsewhere).', access: 'session', rate: 'create',
    params: z.strictObject({ conversationId, expiresInMs: z.int().min(60_000).max(365 * 86_400_000).optional(), maxUses: z.int().min(1).max(100_000).optional() }),
    result: z.object({ invite }),
    http: { method: 'POST', path: '/conversations/{conversationId}/invites', status: 201 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'invite.list', summary: 'Invitations in force.', access: 'session', rate: 'read',
    params: z.strictObject({ conversationId }), result: z.object({ items: z.array(invite) }),
    http: { method: 'GET', path: '/conversations/{conversationId}/invites', status: 200 }, errors: ['not-found', 'not-member', 'forbidden', 'banned'],
  }),
  defineCommand({
    name: 'invite.get', summary: 'What an invitation leads to, before accepting it.', access: 'session', rate: 'read',
    params: z.strictObject({ code: z.string().min(1).max(64) }),
    result: z.object({ title: z.string(), kind: z.enum(['group', 'room', 'channel']), memberCount: z.int(), isMember: z.boolean(), conversationId }),
    http: { method: 'GET', path: '/invites/{code}', status: 200 }, errors: ['invite-invalid', 'banned'],
  }),
  defineCommand({
    name: 'invite.accept', summary: 'Join through an invitation.', access: 'session', rate: 'join',
    params: z.strictObject({ code: z.string().min(1).max(64) }), result: one,
    http: { method: 'POST', path: '/invites/{code}/accept', status: 200 }, errors: ['invite-invalid', 'banned', 'conversation-full', 'too-many-conversations'],
  }),
  defineCommand({
    name: 'invite.revoke', summary: 'Take an invitation back (its maker, owner, admins).', access: 'session', rate: 'write',
    params: z.strictObject({ code: z.string().min(1).max(64) }), result: nothing,
    http: { method: 'DELETE', path: '/invites/{code}', status: 200 }, errors: ['invite-invalid', 'forbidden'],
  }),
] as const;
