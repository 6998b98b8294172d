import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';

/** The room everyone finds first; the first migration makes it. */
export const lobbyId = 1;

/** Makes a new user a member of the lobby, as of its newest message. Nothing happens when there is no such room. */
export async function joinLobby(tx: Transaction<Tables>, userId: number, now: number): Promise<void> {
  const lobby = await tx
    .selectFrom('conversations')
    .select('seq')
    .where('id', '=', lobbyId)
    .where('kind', '=', 'room')
    .executeTakeFirst();
  if (lobby === undefined) return;
  const { seq } = lobby;
  await tx
    .insertInto('members')
    .values({
      conversation_id: lobbyId,
      user_id: userId,
      role: 'member',
      status: 'active',
      join_seq: seq,
      read_seq: seq,
      delivered_seq: seq,
      joined_at: now,
      changed_at: now,
    })
    .execute();
  await tx
    .updateTable('conversations')
    .set((eb) => ({ member_count: eb('member_count', '+', 1) }))
    .where('id', '=', lobbyId)
    .execute();
}
