import type { Command, CommandName } from '@parley/protocol';
import type { Kind, Persona, Place, World } from './world.ts';

type Rows = Readonly<Partial<Record<Kind, string>>>;

/** What one command must answer to everybody. */
export interface Expectation {
  /** Which of several tries of the same command. */
  readonly what?: string;
  readonly params: (place: Place, world: World, persona: Persona) => Readonly<Record<string, unknown>>;
  /**
   * `ok` or the code, for owner, admin, member, ex-member and stranger, by kind; `-`: there is no such one. A string is for
   * commands that are about no conversation. The other personas follow from these: the member's other device may what the
   * member may, and so may who is muted, except write; a guest may what a stranger may, unless it needs an account; who is
   * banned may nothing there that is about the place; the rest are not signed in.
   */
  readonly expected: Rows | string;
  /** Where a guest is not answered as a stranger is. */
  readonly guest?: string;
  /** It is writing: what a muted member is answered where a member may. */
  readonly isWriting?: true;
  /** Where somebody banned is answered something else than `banned`. */
  readonly banned?: string;
  /** It uses the caller's session up. */
  readonly isFinal?: true;
}

const columns = ['owner', 'admin', 'member', 'ex-member', 'stranger'] as const;

/** What somebody has to be answered; `-` when there is no such one. */
export function expectedOf(cell: {
  readonly command: Command;
  readonly expectation: Expectation;
  readonly kind: Kind;
  readonly persona: Persona;
}): string {
  const { command, expectation, kind, persona } = cell;
  const row = typeof expectation.expected === 'string' ? expectation.expected : (expectation.expected[kind] ?? '');
  const of = (column: (typeof columns)[number]): string => row.split(' ')[columns.indexOf(column)] ?? '';
  switch (persona) {
    case 'anonymous':
    case 'ended device':
      return command.access === 'anonymous' ? of('stranger') : 'unauthenticated';
    case 'other device':
      return of('member');
    case 'muted':
      return kind === 'direct' ? '-' : mutedAs(expectation, of('member'));
    case 'banned':
      return kind === 'direct' ? '-' : bannedAs(expectation, of('stranger'));
    case 'guest':
      return expectation.guest ?? (command.access === 'account' ? 'guest-not-allowed' : of('stranger'));
    default:
      return of(persona);
  }
}

function mutedAs({ isWriting }: Expectation, asMember: string): string {
  return isWriting === true && asMember !== 'read-only' ? 'muted' : asMember;
}

function bannedAs({ expected, banned }: Expectation, asStranger: string): string {
  return banned ?? (typeof expected === 'string' ? asStranger : 'banned');
}

const everyone = 'ok ok ok ok ok';

/** In places that strangers cannot see, they learn nothing; those who were there know it exists. */
const closed = (inside: string): string => `${inside} not-member not-found`;
/** What is open may be looked at by everyone signed in; to take part one has to join. */
const open = (inside: string): string => `${inside} not-member not-member`;
const direct = (member: string): string => `- - ${member} - not-found`;

const readers: Rows = {
  group: closed('ok ok ok'),
  hidden: closed('ok ok ok'),
  room: everyone,
  channel: everyone,
  direct: direct('ok'),
};
/** Members do it the same everywhere. */
const members: Rows = {
  group: closed('ok ok ok'),
  hidden: closed('ok ok ok'),
  room: open('ok ok ok'),
  channel: open('ok ok ok'),
  direct: direct('ok'),
};
const writers: Rows = { ...members, channel: open('ok ok read-only') };
const only = (inside: string): Rows => ({
  group: closed(inside),
  hidden: closed(inside),
  room: open(inside),
  channel: open(inside),
  direct: direct('forbidden'),
});
const admins = only('ok ok forbidden');
const owners = only('ok forbidden forbidden');
/** Groups grow by their members, everything else by its admins. */
const adders: Rows = { ...admins, group: closed('ok ok ok') };
const receipts: Rows = {
  ...members,
  ...pick(only('forbidden forbidden forbidden'), ['room', 'hidden', 'channel']),
};

const here: Expectation['params'] = ({ id }) => ({ conversationId: id });
const nothing: Expectation['params'] = () => ({});
const withTarget =
  (more: object = {}): Expectation['params'] =>
  ({ id }, { target }) => ({ conversationId: id, userId: target.userId, ...more });
const ofTarget =
  (more: object = {}): Expectation['params'] =>
  (place) => ({ conversationId: place.id, seq: place.seqOf('target'), ...more });
/** Of the caller's own message; whoever has none asks for the target's. */
const ofOwn =
  (more: object = {}): Expectation['params'] =>
  (place, _world, persona) => ({ conversationId: place.id, seq: place.seqOf(authorOf(persona)), ...more });
const withCode: Expectation['params'] = ({ code }) => ({ code });
const text = { content: { type: 'text', text: 'changed' } } as const;

let fresh = 0;

/** Every command there is; the compiler asks for the missing ones. */
export const expectations: Readonly<Record<CommandName, readonly Expectation[]>> = {
  'server.info': [{ params: nothing, expected: everyone }],
  'account.register': [
    { params: () => ({ userName: `new${++fresh}`, password: 'quite a good one' }), expected: everyone },
  ],
  'account.guest': [{ params: nothing, expected: everyone }],
  'session.create': [
    {
      params: () => ({ userName: 'nobody', password: 'not the one' }),
      expected: 'wrong-credentials '.repeat(5).trim(),
    },
  ],
  'session.hello': [{ params: () => ({ token: 'not a token' }), expected: 'unauthenticated '.repeat(5).trim() }],
  'account.claim': [
    {
      params: () => ({ userName: `claimed${++fresh}`, password: 'quite a good one' }),
      expected: 'forbidden '.repeat(5).trim(),
      guest: 'ok',
      isFinal: true,
    },
  ],
  'account.update': [{ params: () => ({ bio: 'hello' }), expected: everyone }],
  'account.changePassword': [
    {
      params: () => ({ currentPassword: 'not the one', newPassword: 'quite a good one' }),
      expected: 'wrong-credentials '.repeat(5).trim(),
    },
  ],
  'session.get': [{ params: nothing, expected: everyone }],
  'session.delete': [{ params: nothing, expected: everyone, isFinal: true }],
  'session.changes': [{ params: nothing, expected: everyone }],
  'session.ping': [{ params: nothing, expected: everyone }],
  'device.list': [{ params: nothing, expected: everyone }],
  'device.end': [
    {
      what: 'of somebody else',
      params: (_place, { target }) => ({ deviceId: target.deviceId }),
      expected: 'not-found '.repeat(5).trim(),
    },
  ],
  'user.get': [{ params: (_place, { target }) => ({ userId: target.userId }), expected: everyone }],
  'user.lookup': [{ params: (_place, { target }) => ({ userIds: [target.userId] }), expected: everyone }],
  'user.search': [{ params: () => ({ query: 'tar' }), expected: everyone }],
  'block.add': [{ params: (_place, { newcomer }) => ({ userId: newcomer.userId }), expected: everyone }],
  'block.remove': [{ params: (_place, { newcomer }) => ({ userId: newcomer.userId }), expected: everyone }],
  'block.list': [{ params: nothing, expected: everyone }],
  'presence.get': [{ params: (_place, { target }) => ({ userIds: [target.userId] }), expected: everyone }],
  'presence.watch': [{ params: (_place, { target }) => ({ userIds: [target.userId] }), expected: everyone }],
  'presence.count': [{ params: here, expected: readers }],

  'conversation.list': [{ params: nothing, expected: everyone }],
  'conversation.browse': [{ params: nothing, expected: everyone }],
  'conversation.create': [{ params: () => ({ kind: 'group', title: 'New' }), expected: everyone }],
  'conversation.direct': [{ params: (_place, { target }) => ({ userId: target.userId }), expected: everyone }],
  'conversation.get': [{ params: here, expected: readers }],
  'conversation.watch': [{ params: here, expected: readers }],
  'conversation.unwatch': [
    {
      params: here,
      expected: Object.fromEntries((['group', 'room', 'hidden', 'channel'] as const).map((kind) => [kind, everyone])),
      banned: 'ok',
    },
  ],
  'conversation.update': [{ params: ({ id }) => ({ conversationId: id, title: 'Renamed' }), expected: admins }],
  'conversation.join': [
    {
      params: here,
      expected: {
        group: 'ok ok ok forbidden not-found',
        hidden: 'ok ok ok forbidden not-found',
        room: everyone,
        channel: everyone,
        direct: direct('ok'),
      },
    },
  ],
  'conversation.leave': [{ params: here, expected: only('owner-cannot-leave ok ok') }],
  'conversation.settings': [{ params: ({ id }) => ({ conversationId: id, notify: 'none' }), expected: members }],
  'member.list': [{ params: here, expected: readers }],
  'member.add': [
    { params: ({ id }, { newcomer }) => ({ conversationId: id, userIds: [newcomer.userId] }), expected: adders },
    {
      what: 'who is banned',
      params: ({ id }, { banned }) => ({ conversationId: id, userIds: [banned.userId] }),
      expected: { ...only('banned banned forbidden'), group: closed('banned banned banned') },
    },
  ],
  'member.remove': [
    { params: withTarget(), expected: admins },
    {
      what: 'an admin',
      params: ({ id }, world) => ({ conversationId: id, userId: world.session('admin').userId }),
      expected: owners,
    },
    {
      what: 'the owner',
      params: ({ id }, world) => ({ conversationId: id, userId: world.session('owner').userId }),
      expected: only('forbidden forbidden forbidden'),
    },
  ],
  'member.update': [
    { what: 'to admin', params: withTarget({ role: 'admin' }), expected: owners },
    { what: 'to owner', params: withTarget({ role: 'owner' }), expected: owners },
    {
      what: 'oneself to owner',
      params: ({ id }, world, persona) => ({
        conversationId: id,
        userId: world.signedIn.get(persona)?.session.userId ?? 1,
        role: 'owner',
      }),
      expected: only('forbidden forbidden forbidden'),
    },
  ],
  'member.mute': [
    { params: withTarget({ until: 4_000_000_000_000 }), expected: admins },
    {
      what: 'an admin',
      params: ({ id }, world) => ({
        conversationId: id,
        userId: world.session('admin').userId,
        until: 4_000_000_000_000,
      }),
      expected: owners,
    },
  ],
  'ban.add': [
    { params: withTarget(), expected: admins },
    {
      what: 'an admin',
      params: ({ id }, world) => ({ conversationId: id, userId: world.session('admin').userId }),
      expected: owners,
    },
    {
      what: 'the owner',
      params: ({ id }, world) => ({ conversationId: id, userId: world.session('owner').userId }),
      expected: only('forbidden forbidden forbidden'),
    },
  ],
  'ban.remove': [{ params: ({ id }, { banned }) => ({ conversationId: id, userId: banned.userId }), expected: admins }],
  'ban.list': [{ params: here, expected: admins }],
  'invite.create': [{ params: here, expected: adders }],
  'invite.list': [{ params: here, expected: adders }],
  'invite.get': [{ params: withCode, expected: anyKind(everyone) }],
  'invite.accept': [{ params: withCode, expected: anyKind(everyone) }],
  'invite.revoke': [
    {
      what: 'of somebody else',
      params: withCode,
      expected: anyKind('ok ok forbidden forbidden forbidden'),
      banned: 'forbidden',
    },
  ],

  'message.send': [
    {
      params: ({ id }) => ({ conversationId: id, clientMsgId: `m${++fresh}`, ...text }),
      expected: writers,
      isWriting: true,
    },
  ],
  'message.edit': [
    { what: 'one’s own', params: ofOwn(text), expected: writers, isWriting: true },
    {
      what: 'somebody else’s',
      params: ofTarget(text),
      expected: { ...only('forbidden forbidden forbidden'), channel: open('forbidden forbidden read-only') },
      isWriting: true,
    },
  ],
  'message.recall': [
    { what: 'one’s own', params: ofOwn(), expected: members },
    { what: 'somebody else’s', params: ofTarget(), expected: admins },
  ],
  'message.hide': [{ params: ofTarget(), expected: members }],
  'message.history': [{ params: here, expected: readers }],
  'message.get': [{ params: ofTarget(), expected: readers }],
  'message.revisions': [{ params: ofTarget(), expected: readers }],
  'message.sync': [{ params: ({ id }) => ({ conversationId: id, after: 0 }), expected: readers }],
  'message.search': [
    { what: 'everywhere', params: () => ({ query: 'hello' }), expected: everyone },
    { what: 'in one', params: ({ id }) => ({ conversationId: id, query: 'hello' }), expected: readers },
  ],
  'message.receipts': [{ params: ofTarget(), expected: receipts }],
  'message.unread': [{ params: here, expected: members }],
  'reaction.add': [{ params: ofTarget({ emoji: '👍' }), expected: members, isWriting: true }],
  'reaction.remove': [{ params: ofTarget({ emoji: '👍' }), expected: members }],
  'cursor.advance': [{ params: ({ id }) => ({ conversationId: id, readSeq: 1 }), expected: members }],
  'typing.set': [{ params: ({ id }) => ({ conversationId: id, isTyping: true }), expected: writers, isWriting: true }],
};

function authorOf(persona: Persona): 'owner' | 'admin' | 'member' | 'muted' | 'ex-member' | 'target' {
  if (persona === 'other device') return 'member';
  return persona === 'owner' ||
    persona === 'admin' ||
    persona === 'member' ||
    persona === 'muted' ||
    persona === 'ex-member'
    ? persona
    : 'target';
}

/** Invitations are for every kind but directs; whoever knows the code is invited. */
function anyKind(row: string): Rows {
  return { group: row, hidden: row, room: row, channel: row };
}

function pick(rows: Rows, of: readonly Kind[]): Partial<Record<Kind, string>> {
  return Object.fromEntries(Object.entries(rows).filter(([kind]) => (of as readonly string[]).includes(kind)));
}
