import { describe, expect, test } from 'bun:test';
import { ParleyError, type ErrorCode } from '@parley/protocol';
import { actions, refusal, refusalOver, requirePermission, type Action, type Standing } from './permissions.ts';

const now = 1_000;
type Membership = NonNullable<Standing['membership']>;
const active = (role: Membership['role']): Membership => ({ role, status: 'active', mutedUntil: null });

/** The columns of the table below. */
const who: readonly Partial<Standing>[] = [
  {},
  { membership: { role: 'member', status: 'left', mutedUntil: null } },
  { membership: { role: 'member', status: 'banned', mutedUntil: null }, isBanned: true },
  { membership: active('member') },
  { membership: active('admin') },
  { membership: active('owner') },
];
const letters: Readonly<Record<string, ErrorCode | undefined>> = {
  '.': undefined,
  F: 'forbidden',
  N: 'not-found',
  M: 'not-member',
  B: 'banned',
  R: 'read-only',
};

/** Stranger, former member, banned, member, admin, owner; in a group, a listed room, a listed channel, an unlisted room. */
const expected: Readonly<Record<Action, string>> = {
  see: 'NMB... ..B... ..B... NMB...',
  read: 'NMB... ..B... ..B... NMB...',
  'list-members': 'NMB... ..B... ..B... NMB...',
  join: 'NFB... ..B... ..B... NFB...',
  'keep-own': 'NMB... MMB... MMB... NMB...',
  send: 'NMB... MMB... MMBR.. NMB...',
  typing: 'NMB... MMB... MMBR.. NMB...',
  react: 'NMB... MMB... MMB... NMB...',
  'recall-own': 'NMB... MMB... MMB... NMB...',
  leave: 'NMB... MMB... MMB... NMB...',
  'edit-any': 'NMBFFF MMBFFF MMBFFF NMBFFF',
  'recall-any': 'NMBF.. MMBF.. MMBF.. NMBF..',
  'update-meta': 'NMBF.. MMBF.. MMBF.. NMBF..',
  'remove-member': 'NMBF.. MMBF.. MMBF.. NMBF..',
  mute: 'NMBF.. MMBF.. MMBF.. NMBF..',
  ban: 'NMBF.. MMBF.. MMBF.. NMBF..',
  'manage-invites': 'NMBF.. MMBF.. MMBF.. NMBF..',
  'give-role': 'NMBFF. MMBFF. MMBFF. NMBFF.',
  'add-members': 'NMB... MMBF.. MMBF.. NMBF..',
  invite: 'NMB... MMBF.. MMBF.. NMBF..',
  'see-receipts': 'NMB... MMBFFF MMBFFF NMBFFF',
};
const places: readonly Pick<Standing, 'kind' | 'isListed'>[] = [
  { kind: 'group', isListed: false },
  { kind: 'room', isListed: true },
  { kind: 'channel', isListed: true },
  { kind: 'room', isListed: false },
];

/** The two of a direct conversation are plain members; everyone else does not know of it. */
const inDirect: ReadonlySet<Action> = new Set([
  ...(['see', 'read', 'list-members', 'join', 'keep-own', 'send'] as const),
  ...(['typing', 'react', 'recall-own', 'see-receipts'] as const),
]);

const standing = (place: Pick<Standing, 'kind' | 'isListed'>, is: Partial<Standing>): Standing => ({
  isBanned: false,
  isBlocked: false,
  ...place,
  ...is,
});
const direct = standing({ kind: 'direct', isListed: false }, { membership: active('member') });

describe('permissions', () => {
  for (const action of actions) {
    test(`${action} is decided by kind, listing, role and ban as the table says`, () => {
      for (const [index, place] of places.entries()) {
        const column = expected[action].split(' ')[index] ?? '';
        const decided = who.map((is) => refusal(action, standing(place, is), now));
        expect(decided).toEqual(column.split('').map((letter) => letters[letter]));
      }
    });

    test(`${action} in a direct conversation is for its two members or for nobody`, () => {
      expect(refusal(action, direct, now)).toBe(inDirect.has(action) ? undefined : 'forbidden');
      expect(refusal(action, standing({ kind: 'direct', isListed: false }, {}), now)).toBe('not-found');
    });
  }

  test('a block stops writing and reacting in a direct conversation, not reading it', () => {
    const blocked = { ...direct, isBlocked: true };
    for (const action of ['send', 'react', 'typing'] as const) expect(refusal(action, blocked, now)).toBe('blocked');
    for (const action of ['read', 'keep-own', 'recall-own'] as const)
      expect(refusal(action, blocked, now)).toBeUndefined();
  });

  test('a mute stops writing until its time, and only writing', () => {
    const muted = standing(
      { kind: 'room', isListed: true },
      { membership: { role: 'member', status: 'active', mutedUntil: now + 1 } },
    );
    for (const action of ['send', 'react', 'typing'] as const) expect(refusal(action, muted, now)).toBe('muted');
    expect(refusal('send', muted, now + 1)).toBeUndefined();
    expect(refusal('read', muted, now)).toBeUndefined();
    expect(refusal('leave', muted, now)).toBeUndefined();
  });

  test('owner and admins act on those below them, nobody on an equal or on the owner', () => {
    const as = (role: Membership['role']) => standing({ kind: 'group', isListed: false }, { membership: active(role) });
    const over = (actor: Membership['role'], target: Membership['role']) =>
      refusalOver('remove-member', as(actor), { role: target, now });
    expect([over('owner', 'admin'), over('owner', 'member'), over('admin', 'member')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    for (const [actor, target] of [
      ['admin', 'admin'],
      ['admin', 'owner'],
      ['owner', 'owner'],
      ['member', 'member'],
    ] as const)
      expect(over(actor, target)).toBe('forbidden');
  });

  test('requirePermission throws the refusal as an error with its code', () => {
    const stranger = standing({ kind: 'group', isListed: false }, {});
    expect(() => requirePermission('read', stranger, now)).toThrow(new ParleyError('not-found'));
    expect(() => requirePermission('read', direct, now)).not.toThrow();
  });
});
