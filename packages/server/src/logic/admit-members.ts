import { limits, ParleyError, type Role } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { LoadedConversation } from './load-conversation.ts';

export interface Admission {
  readonly conversation: Pick<LoadedConversation, 'id' | 'kind' | 'seq' | 'memberCount'>;
  /** None of them is an active member. */
  readonly userIds: readonly number[];
  readonly role?: Role;
  readonly now: number;
}

interface FormerMember {
  readonly user_id: number;
  readonly read_seq: number;
  readonly delivered_seq: number;
}

/**
 * Makes users active members, in `store.write`. A group shows them what comes from now on; in all kinds unread is counted
 * from here. What their row holds from an earlier stay (mute, notification level, cursors) is kept.
 * @throws ParleyError `conversation-full`, `too-many-conversations`
 */
export async function admitMembers(tx: Transaction<Tables>, admission: Admission): Promise<void> {
  const { conversation, userIds } = admission;
  if (userIds.length === 0) return;
  const isFull = conversation.memberCount + userIds.length > limits.groupMembersMax;
  if (conversation.kind === 'group' && isFull) throw new ParleyError('conversation-full');
  await requireRoomForMore(tx, userIds);
  await tx
    .updateTable('conversations')
    .set((eb) => ({ member_count: eb('member_count', '+', userIds.length) }))
    .where('id', '=', conversation.id)
    .execute();
  const former = await formerMembers(tx, admission);
  for (const member of former) await updateMember(tx, admission, member);
  const known = new Set(former.map((member) => member.user_id));
  await insertMembers(
    tx,
    admission,
    userIds.filter((id) => !known.has(id)),
  );
}

async function requireRoomForMore(tx: Transaction<Tables>, userIds: readonly number[]): Promise<void> {
  const full = await tx
    .selectFrom('members')
    .select('user_id')
    .where('user_id', 'in', [...userIds])
    .where('status', '=', 'active')
    .groupBy('user_id')
    .having((eb) => eb.fn.countAll(), '>=', limits.conversationsPerUserMax)
    .limit(1)
    .execute();
  if (full.length > 0) throw new ParleyError('too-many-conversations');
}

function formerMembers(tx: Transaction<Tables>, { conversation, userIds }: Admission): Promise<FormerMember[]> {
  return tx
    .selectFrom('members')
    .select(['user_id', 'read_seq', 'delivered_seq'])
    .where('conversation_id', '=', conversation.id)
    .where('user_id', 'in', [...userIds])
    .execute();
}

/** Groups fence off what was before; rooms and channels show everything. [D8] */
function arrival({ conversation, role = 'member', now }: Admission) {
  const joinSeq = conversation.kind === 'group' ? conversation.seq : 0;
  return { role, status: 'active', join_seq: joinSeq, joined_at: now, changed_at: now } as const;
}

async function insertMembers(tx: Transaction<Tables>, admission: Admission, userIds: readonly number[]): Promise<void> {
  if (userIds.length === 0) return;
  const { id, seq } = admission.conversation;
  const row = { ...arrival(admission), conversation_id: id, read_seq: seq, delivered_seq: seq, muted_until: null };
  await tx
    .insertInto('members')
    .values(userIds.map((userId) => ({ ...row, user_id: userId })))
    .execute();
}

async function updateMember(tx: Transaction<Tables>, admission: Admission, former: FormerMember): Promise<void> {
  const { id, seq } = admission.conversation;
  await tx
    .updateTable('members')
    .set({
      ...arrival(admission),
      read_seq: Math.max(former.read_seq, seq),
      delivered_seq: Math.max(former.delivered_seq, seq),
    })
    .where('conversation_id', '=', id)
    .where('user_id', '=', former.user_id)
    .execute();
}
