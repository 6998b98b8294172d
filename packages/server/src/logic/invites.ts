import { ParleyError, type Invite } from '@parley/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { InviteTable, Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

export type InviteRow = Selectable<InviteTable>;

const byCode = prepared<{ code: string }, InviteRow>((db, slot) =>
  db.selectFrom('invites').selectAll().where('code', '=', slot.code),
);

/** Not expired and not used up. */
export function isInForce(row: InviteRow, now: number): boolean {
  return (row.expires_at === null || row.expires_at > now) && (row.max_uses === null || row.uses < row.max_uses);
}

/** An invitation that still opens its conversation. @throws ParleyError `invite-invalid` */
export async function findInvite(db: Kysely<Tables>, code: string, now: number): Promise<InviteRow> {
  const [row] = await byCode(db, { code });
  if (row === undefined || !isInForce(row, now)) throw new ParleyError('invite-invalid');
  return row;
}

export function inviteView(row: InviteRow): Invite {
  return {
    code: row.code,
    conversationId: row.conversation_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.max_uses === null ? {} : { usesLeft: row.max_uses - row.uses }),
  };
}
