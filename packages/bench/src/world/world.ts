import { nameKey } from '@parley/server/src/logic/name-key.ts';
import { hashOf } from '@parley/server/src/logic/tokens.ts';
import { SqliteStore } from '@parley/server/src/store/sqlite.ts';
import type { Store } from '@parley/server/src/store/store.ts';

/** Conversations of a world; users are counted from 1. */
export interface Place {
  readonly kind: 'direct' | 'group' | 'room';
  readonly userIds: readonly number[];
}

export interface World {
  readonly users: number;
  readonly places: readonly Place[];
}

/** Rows of one insert. */
const rowsMax = 500;
const dayMs = 86_400_000;
const firstConversationId = 20_001;

/** The place's id in the conversation table. */
export function conversationIdOf(place: number): number {
  return firstConversationId + place;
}

/** What user `userId` signs in with. */
export function tokenOf(userId: number): string {
  return `bench-token-of-user-${userId}`;
}

/** Writes users, one device each, and their conversations straight into the database, before a server opens it. */
export async function build(world: World, path: string): Promise<void> {
  await using store = await SqliteStore.open(path);
  await fill(store, world);
}

/** The same into a store that is open. */
export async function fill(store: Store, world: World): Promise<void> {
  const now = Date.now();
  const userIds = Array.from({ length: world.users }, (_, index) => index + 1);
  await insertUsers(store, userIds, now);
  const places = world.places.map((place, index) => ({ ...place, id: conversationIdOf(index) }));
  await insertAll(
    places.map((place) => conversationRow(place, now)),
    (rows) =>
      store.write((tx) =>
        tx
          .insertInto('conversations')
          .values([...rows])
          .execute(),
      ),
  );
  const members = places.flatMap(({ id, userIds }) => userIds.map((userId) => memberRow(id, userId, now)));
  await insertAll(members, (rows) =>
    store.write((tx) =>
      tx
        .insertInto('members')
        .values([...rows])
        .execute(),
    ),
  );
}

async function insertUsers(store: Store, userIds: readonly number[], now: number): Promise<void> {
  const users = userIds.map((id) => {
    const name = `bench${id}`;
    return { id, name, name_key: nameKey(name), display_name: `Bench ${id}`, kind: 'person' as const, created_at: now };
  });
  await insertAll(users, (rows) =>
    store.write((tx) =>
      tx
        .insertInto('users')
        .values([...rows])
        .execute(),
    ),
  );
  const devices = userIds.map((id) => ({
    user_id: id,
    token_hash: hashOf(tokenOf(id)),
    platform: 'other' as const,
    name: '',
    created_at: now,
    last_used_at: now,
    expires_at: now + dayMs,
  }));
  await insertAll(devices, (rows) =>
    store.write((tx) =>
      tx
        .insertInto('devices')
        .values([...rows])
        .execute(),
    ),
  );
}

async function insertAll<Row>(rows: readonly Row[], insert: (rows: readonly Row[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsMax) await insert(rows.slice(start, start + rowsMax));
}

function conversationRow({ kind, userIds, id }: Place & { id: number }, now: number) {
  return {
    id,
    kind,
    title: kind === 'direct' ? '' : `Bench ${id}`,
    owner_id: null,
    avatar: null,
    is_listed: kind === 'room' ? (1 as const) : (0 as const),
    direct_key: kind === 'direct' ? userIds.join(':') : null,
    member_count: userIds.length,
    changed_at: now,
    created_at: now,
  };
}

function memberRow(conversationId: number, userId: number, now: number) {
  return {
    conversation_id: conversationId,
    user_id: userId,
    role: 'member' as const,
    status: 'active' as const,
    join_seq: 0,
    muted_until: null,
    joined_at: now,
    changed_at: now,
  };
}
