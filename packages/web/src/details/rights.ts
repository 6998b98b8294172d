import type { ConversationView, Member } from '@parley/sdk';

type Role = Member['role'];

/** What the page offers; the server decides again. */
export interface Rights {
  readonly mayEdit: boolean;
  readonly mayAdd: boolean;
  readonly mayInvite: boolean;
  readonly isManager: boolean;
}

export function rightsIn(view: Pick<ConversationView, 'kind' | 'role' | 'isMember'>): Rights {
  const isManager = view.isMember && view.kind !== 'direct' && (view.role === 'owner' || view.role === 'admin');
  const mayBring = isManager || (view.isMember && view.kind === 'group');
  return { mayEdit: isManager, mayAdd: mayBring, mayInvite: mayBring, isManager };
}

const rank: Readonly<Record<Role, number>> = { member: 1, admin: 2, owner: 3 };

/** Admins act on plain members, the owner on anyone; nobody on the owner or on oneself. */
export function mayActOn(own: Role | undefined, target: Role): boolean {
  return own !== undefined && rank[own] >= rank.admin && rank[own] > rank[target];
}
