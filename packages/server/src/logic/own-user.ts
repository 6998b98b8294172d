import { ParleyError } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { UserRow } from './accounts.ts';

/** The caller's own row. @throws ParleyError `unauthenticated` when the account is gone. */
export async function ownUser(db: Kysely<Tables>, userId: number): Promise<UserRow> {
  const row = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
  if (row === undefined) throw new ParleyError('unauthenticated');
  return row;
}
