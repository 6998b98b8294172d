import { prepared } from './prepared.ts';
import type { UserRow } from './accounts.ts';

/** The rows of these users, in no order; unknown ids are left out. */
export const usersById = prepared<{ ids: readonly number[] }, UserRow>((db, slot) =>
  db.selectFrom('users').selectAll().where('id', 'in', slot.ids),
);
