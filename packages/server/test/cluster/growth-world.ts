import { join } from 'node:path';
import { hashOf, newToken } from '../../src/logic/tokens.ts';
import { draft, memberRow } from '../../src/store/conformance-world.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

const isFull = process.env['GROWTH'] === 'full';

/** How much there is before it grows: `GROWTH=full npm test -- growth` for what a busy year leaves behind. */
export const growthSize = isFull
  ? ({ isFull, users: 10_000, messages: 200_000 } as const)
  : ({ isFull, users: 600, messages: 6_000 } as const);

export const lobby = 1;
/** People of one group. */
const groupSize = 20;
const rowsPerWrite = 500;
const messagesPerCommit = 1_000;

/** Somebody with a session. */
export interface Member {
  readonly userId: number;
  readonly token: string;
}

export interface GrowthWorld {
  /** The members of the first group, each of the lobby as well. */
  readonly members: readonly Member[];
  readonly group: number;
}

/** Fills the store of a server that does not run: everybody is in the lobby and in one group; some have sessions. */
export async function fillStore(dataDir: string): Promise<GrowthWorld> {
  await using store = await SqliteStore.open(join(dataDir, 'parley.sqlite'));
  const users = await addUsers(store);
  const groups = await addGroups(store, users);
  await addMessages(store, users, groups);
  await store.index();
  const members = await addSessions(store, users.slice(0, groupSize));
  return { members, group: groups[0] ?? 0 };
}

async function addUsers(store: Store): Promise<readonly number[]> {
  const now = Date.now();
  const rows = Array.from({ length: growthSize.users }, (_, index) => {
    const name = `person${index}`;
    return { name, name_key: name, display_name: name, kind: 'person', created_at: now } as const;
  });
  for (const part of partsOf(rows)) await store.write((tx) => tx.insertInto('users').values(part).execute());
  const users = await store.db
    .selectFrom('users')
    .select('id')
    .where('name', 'like', 'person%')
    .orderBy('id')
    .execute();
  const ids = users.map(({ id }) => id);
  for (const part of partsOf(ids)) await addMembers(store, lobby, part);
  return ids;
}

async function addGroups(store: Store, users: readonly number[]): Promise<readonly number[]> {
  const now = Date.now();
  const groups: number[] = [];
  for (let start = 0; start < users.length; start += groupSize) {
    const title = `Group ${start}`;
    await store.write((tx) =>
      tx.insertInto('conversations').values({ kind: 'group', title, changed_at: now, created_at: now }).execute(),
    );
    const query = store.db.selectFrom('conversations').select('id').where('title', '=', title);
    const { id } = await query.executeTakeFirstOrThrow();
    await addMembers(store, id, users.slice(start, start + groupSize));
    groups.push(id);
  }
  return groups;
}

async function addMembers(store: Store, conversationId: number, users: readonly number[]): Promise<void> {
  await store.write(async (tx) => {
    await tx
      .insertInto('members')
      .values(users.map((userId) => memberRow(conversationId, userId)))
      .execute();
    await tx
      .updateTable('conversations')
      .set((eb) => ({ member_count: eb('member_count', '+', users.length) }))
      .where('id', '=', conversationId)
      .execute();
  });
}

/** One of ten in the lobby, the others over the groups, each by somebody of it. */
async function addMessages(store: Store, users: readonly number[], groups: readonly number[]): Promise<void> {
  const drafts = Array.from({ length: growthSize.messages }, (_, index) => {
    const sender = index % users.length;
    const group = groups[Math.floor(sender / groupSize)] ?? lobby;
    return draft(index % 10 === 0 ? lobby : group, users[sender] ?? 0, {
      text: `Message ${index} 北京`,
      now: Date.now(),
    });
  });
  for (const messages of partsOf(drafts, messagesPerCommit)) {
    const outcome = await store.commit({ messages, cursors: [] });
    if (!outcome.messages.every(({ ok }) => ok)) throw new Error('Not every message was taken.');
  }
}

async function addSessions(store: Store, users: readonly number[]): Promise<readonly Member[]> {
  const now = Date.now();
  const members = users.map((userId) => ({ userId, token: newToken() }));
  const times = { created_at: now, last_used_at: now, expires_at: now + 86_400_000 };
  const rows = members.map(({ userId: user_id, token }) => ({
    user_id,
    token_hash: hashOf(token),
    platform: 'web',
    name: '',
    ...times,
  }));
  await store.write((tx) => tx.insertInto('devices').values(rows).execute());
  return members;
}

function partsOf<T>(items: readonly T[], size: number = rowsPerWrite): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
