import { z } from 'zod';
import {
  conversation,
  conversationId,
  conversationMeta,
  message,
  presenceState,
  seq,
  user,
  userId,
  version,
} from './model.ts';

/**
 * What the server says by itself. `message.changed` and `conversation.changed` are changes: they carry a `version`
 * and are applied iff it is the next one [D4]; everything else is a hint or the latest state of something small.
 */
export const pushes = {
  'message.changed': z.object({ push: z.literal('message.changed'), message }).meta({
    description:
      'A message was sent, edited, recalled or reacted to: its whole new state. Its `version` is the conversation’s.',
  }),
  'conversation.changed': z
    .object({ push: z.literal('conversation.changed'), conversationId, version, meta: conversationMeta })
    .meta({ description: 'Title, topic or the like changed. `version` is the conversation’s.' }),
  'conversation.added': z.object({ push: z.literal('conversation.added'), conversation }).meta({
    description:
      'The user is now in this conversation, or their own settings for it changed. Goes to all their devices.',
  }),
  'conversation.removed': z
    .object({ push: z.literal('conversation.removed'), conversationId, reason: z.enum(['left', 'removed', 'banned']) })
    .meta({ description: 'The user is no longer in this conversation. [D8]' }),
  'conversation.head': z
    .object({ push: z.literal('conversation.head'), conversationId, version, seq: z.int().min(0) })
    .meta({
      description:
        'Where a conversation stands: for rooms not on screen, and so that a lost last push is noticed. [D7]',
    }),
  'cursor.moved': z
    .object({
      push: z.literal('cursor.moved'),
      conversationId,
      userId,
      deliveredSeq: z.int().min(0),
      readSeq: z.int().min(0),
    })
    .meta({
      description: 'A user has, or has read, the messages up to here. Directs and groups; one’s own everywhere. [D16]',
    }),
  'message.hidden': z
    .object({ push: z.literal('message.hidden'), conversationId, seq })
    .meta({ description: 'Deleted for oneself on another device.' }),
  'user.changed': z
    .object({ push: z.literal('user.changed'), user })
    .meta({ description: 'One’s own profile changed on another device.' }),
  typing: z
    .object({ push: z.literal('typing'), conversationId, userId, isTyping: z.boolean() })
    .meta({ description: 'Ephemeral. Over when a message of that user comes, or after some seconds. [D9]' }),
  presence: z
    .object({ push: z.literal('presence'), presence: presenceState })
    .meta({ description: 'Ephemeral. Of the users this socket watches. [D9]' }),
  'server.draining': z.object({ push: z.literal('server.draining'), retryAfterMs: z.int().min(0) }).meta({
    description: 'This node goes away soon: open a new socket after this many milliseconds, then close this one.',
  }),
} as const;

export type PushName = keyof typeof pushes;
export type Push = { [Name in PushName]: z.infer<(typeof pushes)[Name]> }[PushName];
export type PushOf<Name extends PushName> = Extract<Push, { push: Name }>;
/** A push that raises a version. */
export type Change = PushOf<'message.changed'> | PushOf<'conversation.changed'>;

const ephemeral: ReadonlySet<PushName> = new Set(['typing', 'presence']);

/** Ephemeral pushes are dropped first when a socket is slow. [D9, D10] */
export function isEphemeral(push: Push): boolean {
  return ephemeral.has(push.push);
}
