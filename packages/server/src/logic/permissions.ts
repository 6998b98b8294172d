import { ParleyError, type ConversationKind, type ErrorCode, type Role } from '@parley/protocol';

/** What a user may want to do in a conversation. Actions on a member are asked with `refusalOver`. */
export const actions = [
  'see',
  'read',
  'keep-own',
  'send',
  'react',
  'typing',
  'edit-any',
  'recall-own',
  'recall-any',
  'see-receipts',
  'list-members',
  'update-meta',
  'join',
  'leave',
  'add-members',
  'remove-member',
  'give-role',
  'mute',
  'ban',
  'invite',
  'manage-invites',
] as const;
export type Action = (typeof actions)[number];

/** The least an action needs: any signed-in user who can see the conversation, a role in it, or it is never allowed. */
export type Need = 'anyone' | Role | 'never';

type Needs = Readonly<Record<ConversationKind, Need>>;
const needs = ([direct, group, room, channel]: readonly [Need, Need, Need, Need]): Needs => ({
  direct,
  group,
  room,
  channel,
});

/** The one table of what needs what. `edit-any` is somebody else's text: nobody may put words into another's mouth. */
export const permissionTable: Readonly<Record<Action, Needs>> = {
  see: needs(['member', 'member', 'anyone', 'anyone']),
  read: needs(['member', 'member', 'anyone', 'anyone']),
  'keep-own': needs(['member', 'member', 'member', 'member']),
  send: needs(['member', 'member', 'member', 'admin']),
  react: needs(['member', 'member', 'member', 'member']),
  typing: needs(['member', 'member', 'member', 'admin']),
  'edit-any': needs(['never', 'never', 'never', 'never']),
  'recall-own': needs(['member', 'member', 'member', 'member']),
  'recall-any': needs(['never', 'admin', 'admin', 'admin']),
  'see-receipts': needs(['member', 'member', 'never', 'never']),
  'list-members': needs(['member', 'member', 'anyone', 'anyone']),
  'update-meta': needs(['never', 'admin', 'admin', 'admin']),
  join: needs(['member', 'member', 'anyone', 'anyone']),
  leave: needs(['never', 'member', 'member', 'member']),
  'add-members': needs(['never', 'member', 'admin', 'admin']),
  'remove-member': needs(['never', 'admin', 'admin', 'admin']),
  'give-role': needs(['never', 'owner', 'owner', 'owner']),
  mute: needs(['never', 'admin', 'admin', 'admin']),
  ban: needs(['never', 'admin', 'admin', 'admin']),
  invite: needs(['never', 'member', 'admin', 'admin']),
  'manage-invites': needs(['never', 'admin', 'admin', 'admin']),
};

/** How one user stands to one conversation. */
export interface Standing {
  readonly kind: ConversationKind;
  readonly isListed: boolean;
  /** Absent: never was a member. */
  readonly membership?: {
    readonly role: Role;
    readonly status: 'active' | 'left' | 'removed' | 'banned';
    readonly mutedUntil: number | null;
  };
  readonly isBanned: boolean;
  /** Directs: one of the two has blocked the other. */
  readonly isBlocked: boolean;
}

const rank: Readonly<Record<Role, number>> = { member: 1, admin: 2, owner: 3 };
const writing: ReadonlySet<Action> = new Set(['send', 'react', 'typing']);

/** Is the user in the conversation now? */
export function isActive(standing: Standing): boolean {
  return standing.membership?.status === 'active';
}

/** Listed rooms and channels are open: whoever is signed in may look at them. */
export function isOpen(standing: Pick<Standing, 'kind' | 'isListed'>): boolean {
  return standing.isListed && (standing.kind === 'room' || standing.kind === 'channel');
}

/**
 * Why `action` is refused, or undefined when it is allowed. `now` decides about mutes.
 * Strangers to what is not open learn nothing: `not-found`. Whoever was a member knows it exists: `not-member`.
 */
export function refusal(action: Action, standing: Standing, now: number): ErrorCode | undefined {
  if (standing.isBanned) return 'banned';
  const need = permissionTable[action][standing.kind];
  const { membership } = standing;
  if (membership?.status !== 'active') return outsideRefusal(action, need, standing);
  if (need === 'never') return 'forbidden';
  if (need !== 'anyone' && rank[membership.role] < rank[need])
    return isReadOnly(action, standing) ? 'read-only' : 'forbidden';
  return writing.has(action) ? writingRefusal(standing, now) : undefined;
}

/** Why `action` on a member with role `target` is refused: admins act on plain members, the owner on anyone; nobody on the owner. */
export function refusalOver(
  action: Action,
  standing: Standing,
  target: { readonly role: Role; readonly now: number },
): ErrorCode | undefined {
  const code = refusal(action, standing, target.now);
  if (code !== undefined) return code;
  const own = standing.membership === undefined ? 0 : rank[standing.membership.role];
  return own > rank[target.role] ? undefined : 'forbidden';
}

/** @throws ParleyError the refusal. */
export function requirePermission(action: Action, standing: Standing, now: number): void {
  const code = refusal(action, standing, now);
  if (code !== undefined) throw new ParleyError(code);
}

function outsideRefusal(action: Action, need: Need, standing: Standing): ErrorCode | undefined {
  if (isOpen(standing)) return need === 'anyone' ? undefined : 'not-member';
  if (standing.membership === undefined) return 'not-found';
  return action === 'join' ? 'forbidden' : 'not-member';
}

function writingRefusal(standing: Standing, now: number): ErrorCode | undefined {
  if (standing.isBlocked) return 'blocked';
  const mutedUntil = standing.membership?.mutedUntil ?? 0;
  return mutedUntil > now ? 'muted' : undefined;
}

function isReadOnly(action: Action, standing: Standing): boolean {
  return writing.has(action) && standing.kind === 'channel';
}
