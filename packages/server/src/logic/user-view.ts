import type { User } from '@parley/protocol';
import type { Selectable } from 'kysely';
import type { UserTable } from '../store/schema.ts';

/** A user as everyone sees them. */
export function userView(
  row: Pick<Selectable<UserTable>, 'id' | 'name' | 'display_name' | 'kind' | 'bio' | 'avatar'>,
): User {
  return {
    id: row.id,
    name: row.name,
    displayName: row.display_name,
    kind: row.kind,
    bio: row.bio,
    ...(row.avatar === null ? {} : { avatarUrl: row.avatar }),
  };
}
