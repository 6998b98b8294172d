import type { Account } from '@parley/protocol';
import type { Selectable } from 'kysely';
import type { UserTable } from '../store/schema.ts';
import { userView } from './user-view.ts';

/** A user as they see themselves. */
export function accountView(row: Selectable<UserTable>): Account {
  return {
    ...userView(row),
    isAdmin: row.is_admin === 1,
    lastSeenVisibility: row.last_seen_visibility,
    directPolicy: row.direct_policy,
    createdAt: row.created_at,
  };
}
