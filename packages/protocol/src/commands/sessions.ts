import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { limits } from '../limits.ts';
import { account, conversation, conversationId, device, presenceState, timestamp, userId } from '../model.ts';

const changes = {
  conversations: z
    .array(conversation)
    .meta({ description: 'Conversations that changed after `since` (without it: the most recent), as they are now.' }),
  removedIds: z.array(conversationId).meta({ description: 'Conversations the user is no longer in.' }),
  isReset: z.boolean().meta({
    description:
      'More changed than one answer holds, or the server’s clock went back over `since`: forget the list and page through conversation.list.',
  }),
  asOf: timestamp.meta({ description: 'Send it as `since` the next time.' }),
};

export const sessionCommands = [
  defineCommand({
    name: 'session.hello',
    summary:
      'The first command on a socket: who it is and where it stands. Subscribes first, then answers what changed. [D6]',
    access: 'anonymous',
    rate: 'hello',
    params: z.strictObject({
      token: z.string().min(1).max(200),
      since: timestamp.optional(),
      client: z.string().max(100).optional().meta({ description: 'Name and version of the client program.' }),
    }),
    result: z.object({
      account,
      device,
      ...changes,
      connectionId: z.string(),
      serverVersion: z.string(),
      heartbeatIntervalMs: z.int(),
    }),
    errors: ['unauthenticated', 'account-disabled'],
  }),
  defineCommand({
    name: 'session.changes',
    summary: 'What changed since; the same as session.hello answers, without a new socket.',
    access: 'session',
    rate: 'read',
    params: z.strictObject({ since: z.coerce.number().int().min(0).optional() }),
    result: z.object(changes),
    http: { method: 'GET', path: '/changes', status: 200 },
    errors: [],
  }),
  defineCommand({
    name: 'session.ping',
    summary: 'Keeps the socket alive and measures the way there and back.',
    access: 'session',
    rate: 'signal',
    params: z.strictObject({}),
    result: z.object({ now: timestamp }),
    errors: [],
  }),
  defineCommand({
    name: 'presence.get',
    summary: 'Who of these is online.',
    access: 'session',
    rate: 'read',
    params: z.strictObject({ userIds: z.array(userId).min(1).max(limits.lookupMax) }),
    result: z.object({ items: z.array(presenceState) }),
    http: { method: 'POST', path: '/presence/lookup', status: 200 },
    errors: [],
  }),
  defineCommand({
    name: 'presence.watch',
    summary: 'The users whose presence this socket wants; replaces the list before it.',
    access: 'session',
    rate: 'read',
    params: z.strictObject({ userIds: z.array(userId).max(limits.presenceWatchMax) }),
    result: z.object({ items: z.array(presenceState) }),
    errors: ['too-many-subscriptions'],
  }),
  defineCommand({
    name: 'presence.count',
    summary: 'How many users have this conversation open right now.',
    access: 'session',
    rate: 'read',
    params: z.strictObject({ conversationId }),
    result: z.object({ count: z.int() }),
    http: { method: 'GET', path: '/conversations/{conversationId}/online', status: 200 },
    errors: ['not-found', 'not-member', 'banned'],
  }),
] as const;
