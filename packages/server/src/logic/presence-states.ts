import type { PresenceState } from '@parley/protocol';
import type { Context } from './context.ts';
import { prepared } from './prepared.ts';

interface Row {
  readonly id: number;
  readonly last_seen_visibility: 'everyone' | 'nobody';
  readonly last_seen_at: number | null;
  readonly blocked_by: number | null;
}

const rowsOf = prepared<{ viewerId: number; userIds: readonly number[] }, Row>((db, slot) =>
  db
    .selectFrom('users as u')
    .leftJoin('blocks as b', (join) => join.onRef('b.user_id', '=', 'u.id').on('b.blocked_id', '=', slot.viewerId))
    .select(['u.id', 'u.last_seen_visibility', 'u.last_seen_at', 'b.user_id as blocked_by'])
    .where('u.id', 'in', slot.userIds),
);

export interface Watched {
  readonly state: PresenceState;
  /** Its changes may be pushed to the viewer. */
  readonly isShown: boolean;
}

/**
 * Who of these is online, as `viewerId` may know it; unknown ids are left out. Those who hide when they were here, and those
 * who blocked the viewer, look as if they never were: an “online” that goes out would tell the time just as well.
 */
export async function presenceStates(
  { store, presence }: Pick<Context, 'store' | 'presence'>,
  viewerId: number,
  userIds: readonly number[],
): Promise<Watched[]> {
  const ids = [...new Set(userIds)];
  const [rows, routes] = await Promise.all([rowsOf(store.db, { viewerId, userIds: ids }), presence.routesOf(ids)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const isOnline = (routes.get(id)?.length ?? 0) > 0;
    return [{ state: stateOf(row, viewerId, isOnline), isShown: row.blocked_by === null }];
  });
}

function stateOf(row: Row, viewerId: number, isOnline: boolean): PresenceState {
  const isHidden = row.id !== viewerId && (row.blocked_by !== null || row.last_seen_visibility === 'nobody');
  if (isHidden) return { userId: row.id, isOnline: false };
  const lastSeen = isOnline || row.last_seen_at === null ? {} : { lastSeenAt: row.last_seen_at };
  return { userId: row.id, isOnline, ...lastSeen };
}
