import { expect, test } from 'bun:test';
import { mayActOn, rightsIn } from './rights.ts';

test('owner and admins change a conversation; members of groups bring others', () => {
  expect(rightsIn({ kind: 'group', role: 'member', isMember: true })).toEqual({
    mayEdit: false,
    mayAdd: true,
    mayInvite: true,
    isManager: false,
  });
  expect(rightsIn({ kind: 'room', role: 'member', isMember: true }).mayInvite).toBe(false);
  expect(rightsIn({ kind: 'channel', role: 'admin', isMember: true }).mayEdit).toBe(true);
  expect(rightsIn({ kind: 'direct', role: 'owner', isMember: true }).isManager).toBe(false);
  expect(rightsIn({ kind: 'group', role: 'owner', isMember: false }).mayAdd).toBe(false);
});

test('one acts on those below only', () => {
  expect(mayActOn('owner', 'admin')).toBe(true);
  expect(mayActOn('admin', 'member')).toBe(true);
  expect(mayActOn('admin', 'admin')).toBe(false);
  expect(mayActOn('member', 'member')).toBe(false);
  expect(mayActOn(undefined, 'member')).toBe(false);
});
