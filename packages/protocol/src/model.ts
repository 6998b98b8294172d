import { z } from 'zod';
import { limits } from './limits.ts';

const utf8 = new TextEncoder();
const bytesAtMost = (max: number) =>
  [(text: string) => utf8.encode(text).length <= max, `at most ${max} bytes of UTF-8`] as const;

export const userId = z.int().min(1).meta({ id: 'UserId', description: 'A small integer; fits a JavaScript number.' });
export const conversationId = z.int().min(1).meta({ id: 'ConversationId', description: 'A small integer.' });
export const deviceId = z.int().min(1).meta({ id: 'DeviceId' });
export const messageId = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .meta({ id: 'MessageId', description: 'A snowflake id as a decimal string; unique everywhere, in order of time.' });
export const seq = z
  .int()
  .min(1)
  .meta({ id: 'Seq', description: 'Numbers the messages of one conversation 1, 2, 3 … without a hole. [D3]' });
export const version = z
  .int()
  .min(0)
  .meta({ id: 'Version', description: 'Numbers the changes of one conversation 1, 2, 3 … without a hole. [D3]' });
export const timestamp = z
  .int()
  .min(0)
  .meta({ id: 'Timestamp', description: 'Milliseconds since 1970-01-01 UTC, by the server’s clock.' });
export const clientMsgId = z
  .string()
  .min(1)
  .max(limits.clientMsgIdCharsMax)
  .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces')
  .meta({
    id: 'ClientMsgId',
    description:
      'Chosen by the sender, new for each message, the same for each retry of it. Unique per sender and conversation. [D2]',
  });

/** One line of text people read: no control characters, trimmed, not blank. */
export const line = (charsMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'no control characters');

export const userName = z
  .string()
  .min(limits.userNameCharsMin)
  .max(limits.userNameCharsMax)
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?$/u, 'letters, digits, and . _ - between them')
  .meta({ id: 'UserName', description: 'Unique without regard to case.' });
export const password = z.string().min(limits.passwordCharsMin).max(limits.passwordCharsMax);
export const platform = z
  .enum(['web', 'desktop', 'ios', 'android', 'terminal', 'bot', 'seed', 'other'])
  .meta({ id: 'Platform' });

export const user = z
  .object({
    id: userId,
    name: userName,
    displayName: z.string(),
    kind: z.enum(['person', 'guest', 'bot']),
    bio: z.string(),
    avatarUrl: z.string().optional(),
    isAdmin: z
      .boolean()
      .optional()
      .meta({ description: 'Administrator of the installation; present only on oneself.' }),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const account = user
  .extend({
    lastSeenVisibility: z.enum(['everyone', 'nobody']),
    directPolicy: z
      .enum(['everyone', 'nobody'])
      .meta({ description: 'Who may start a direct conversation with this user.' }),
    createdAt: timestamp,
  })
  .meta({ id: 'Account', description: 'The signed-in user with their own settings.' });
export type Account = z.infer<typeof account>;

export const device = z
  .object({
    id: deviceId,
    platform,
    name: z.string(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    isCurrent: z.boolean(),
  })
  .meta({ id: 'Device' });
export type Device = z.infer<typeof device>;

export const conversationKind = z.enum(['direct', 'group', 'room', 'channel']).meta({ id: 'ConversationKind' });
export type ConversationKind = z.infer<typeof conversationKind>;
export const role = z.enum(['owner', 'admin', 'member']).meta({ id: 'Role' });
export type Role = z.infer<typeof role>;
export const notify = z.enum(['all', 'mentions', 'none']).meta({ id: 'Notify' });

export const textContent = z.strictObject({
  type: z.literal('text'),
  text: z
    .string()
    .min(1)
    .refine((text) => text.trim() !== '', 'not blank')
    .refine(...bytesAtMost(limits.textBytesMax)),
  mentions: z
    .array(userId)
    .max(limits.mentionsMax)
    .optional()
    .meta({ description: 'Users named in the text as @name; they count a mention.' }),
});
export const customContent = z.strictObject({
  type: z.literal('custom'),
  data: z
    .json()
    .refine(
      (data) => bytesAtMost(limits.customBytesMax)[0](JSON.stringify(data)),
      `at most ${limits.customBytesMax} bytes of JSON`,
    ),
});
/** What a client may send. */
export const sendableContent = z
  .discriminatedUnion('type', [textContent, customContent])
  .meta({ id: 'SendableContent' });
export type SendableContent = z.infer<typeof sendableContent>;

export const systemEvent = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('created') }),
    z.object({ event: z.literal('joined'), userIds: z.array(userId) }),
    z.object({ event: z.literal('added'), userIds: z.array(userId) }),
    z.object({ event: z.literal('left'), userIds: z.array(userId) }),
    z.object({ event: z.literal('removed'), userIds: z.array(userId) }),
    z.object({ event: z.literal('role'), userIds: z.array(userId), role }),
    z.object({ event: z.literal('title'), title: z.string() }),
    z.object({ event: z.literal('topic'), topic: z.string() }),
  ])
  .meta({ id: 'SystemEvent' });
export type SystemEvent = z.infer<typeof systemEvent>;

export const content = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string(), mentions: z.array(userId).optional() }),
    z.object({ type: z.literal('custom'), data: z.json() }),
    z.object({ type: z.literal('system'), system: systemEvent }),
    z.object({ type: z.literal('recalled'), byUserId: userId }),
  ])
  .meta({ id: 'Content' });
export type Content = z.infer<typeof content>;

export const reaction = z
  .object({
    emoji: z.string(),
    count: z.int(),
    userIds: z.array(userId).meta({ description: `The first ${limits.reactionUsersShown} who reacted.` }),
  })
  .meta({ id: 'Reaction' });
export type Reaction = z.infer<typeof reaction>;

export const message = z
  .object({
    conversationId,
    seq,
    id: messageId,
    version: version.meta({ description: 'The version of the conversation in which this message last changed.' }),
    senderId: userId,
    clientMsgId,
    createdAt: timestamp,
    content,
    replyTo: seq.optional(),
    editedAt: timestamp.optional(),
    reactions: z.array(reaction).optional(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof message>;

/** What everyone in a conversation sees of it alike. `metaVersion` is the version in which these fields last changed. */
export const conversationMeta = z
  .object({
    id: conversationId,
    kind: conversationKind,
    title: z.string().meta({ description: 'Empty for direct conversations: show the peer’s name.' }),
    topic: z.string(),
    avatarUrl: z.string().optional(),
    ownerId: userId.optional(),
    isListed: z.boolean().meta({ description: 'Shown in the rooms browser.' }),
    createdAt: timestamp,
    metaVersion: version,
  })
  .meta({ id: 'ConversationMeta' });
export type ConversationMeta = z.infer<typeof conversationMeta>;

export const membership = z
  .object({
    role,
    joinSeq: z.int().min(0).meta({ description: 'Messages after this seq are visible (rooms and channels: all).' }),
    readSeq: z.int().min(0),
    deliveredSeq: z.int().min(0),
    unreadCount: z
      .int()
      .min(0)
      .max(limits.unreadMax)
      .meta({ description: `Counted up to ${limits.unreadMax}; own messages excluded.` }),
    mentionCount: z.int().min(0),
    notify,
    mutedUntil: timestamp.optional().meta({ description: 'May not write before this.' }),
  })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof membership>;

/** A conversation as one user sees it. Absent `membership`: not a member (an open room looked at from outside). */
export const conversation = conversationMeta
  .extend({
    seq: z.int().min(0).meta({ description: 'The last message’s seq; 0 when there is none.' }),
    version: z.int().min(0),
    minSeq: z.int().min(1).meta({ description: 'Messages below were removed by retention. [D13]' }),
    memberCount: z.int().min(0),
    lastMessage: message.optional(),
    peer: user.optional().meta({ description: 'Direct conversations: the other user.' }),
    peerReadSeq: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Directs and groups of up to 100: up to where somebody else has read.' }),
    peerDeliveredSeq: z.int().min(0).optional().meta({
      description: 'Directs and groups of up to 100: up to where a device of somebody else has the messages.',
    }),
    membership: membership.optional(),
  })
  .meta({ id: 'Conversation' });
export type Conversation = z.infer<typeof conversation>;

export const member = z
  .object({
    user,
    role,
    joinedAt: timestamp,
    readSeq: z.int().min(0),
    mutedUntil: timestamp.optional(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof member>;

export const presenceState = z
  .object({
    userId,
    isOnline: z.boolean(),
    lastSeenAt: timestamp.optional().meta({ description: 'Absent when online, hidden by the user, or never seen.' }),
  })
  .meta({ id: 'Presence' });
export type PresenceState = z.infer<typeof presenceState>;

export const invite = z
  .object({
    code: z.string(),
    conversationId,
    createdBy: userId,
    createdAt: timestamp,
    expiresAt: timestamp.optional(),
    usesLeft: z.int().optional(),
  })
  .meta({ id: 'Invite' });
export type Invite = z.infer<typeof invite>;

export const ack = z
  .object({ id: messageId, seq, version, createdAt: timestamp })
  .meta({ id: 'Ack', description: 'Committed durably with its final numbers. [D1]' });
export type Ack = z.infer<typeof ack>;
