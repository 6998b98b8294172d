import { randomBytes } from 'node:crypto';
import { limits, ParleyError } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Tables } from '../../store/schema.ts';
import type { Handler } from '../context.ts';
import { inviteView, isInForce, type InviteRow } from '../invites.ts';
import { openConversation } from '../load-conversation.ts';

/** 128 random bits: nobody guesses one. */
const codeBytes = 16;

export const inviteCreate: Handler<'invite.create'> = async (context, { params, session }) => {
  const { conversationId, expiresInMs, maxUses } = params;
  const now = context.clock.now();
  const row: InviteRow = {
    code: randomBytes(codeBytes).toString('base64url'),
    conversation_id: conversationId,
    created_by: session.userId,
    created_at: now,
    expires_at: expiresInMs === undefined ? null : now + expiresInMs,
    max_uses: maxUses ?? null,
    uses: 0,
  };
  await context.writer.change(async (tx) => {
    await openConversation(tx, { conversationId, userId: session.userId, action: 'invite', now });
    await requirePlace(tx, conversationId, now);
    await tx.insertInto('invites').values(row).execute();
    return { result: undefined, deliveries: [] };
  });
  return { result: { invite: inviteView(row) } };
};

/** Those no longer in force make room first. */
async function requirePlace(tx: Transaction<Tables>, conversationId: number, now: number): Promise<void> {
  const rows = await tx.selectFrom('invites').selectAll().where('conversation_id', '=', conversationId).execute();
  if (rows.length < limits.invitesPerConversationMax) return;
  const ended = rows.filter((row) => !isInForce(row, now)).map((row) => row.code);
  if (ended.length === 0) {
    throw new ParleyError('forbidden', 'The conversation has the maximum of invitations; revoke one first.');
  }
  await tx.deleteFrom('invites').where('code', 'in', ended).execute();
}
