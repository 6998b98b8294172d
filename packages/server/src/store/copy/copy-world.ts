import { addGroup, addUser, draft, memberRow, send, setStatus } from '../conformance-world.ts';
import type { Store } from '../store.ts';
import { tableKeys, tableNames, textOf, type Row, type TableName } from './copied-tables.ts';
import { ownSettings } from './copy-mark.ts';
import { countedTables, counterOf } from './id-counters.ts';
import { anyTables, type Side } from './side.ts';

export interface Filled {
  readonly users: readonly number[];
  readonly group: number;
  readonly other: number;
}

/** Something in every table; texts that engines treat differently, numbers at their bounds. */
export async function fill(
  store: Store,
  { users: userCount, messages }: { readonly users: number; readonly messages: number },
): Promise<Filled> {
  const users = await addUsers(store, userCount);
  const [one = 0, two = 0] = users;
  const [group, other] = [await addGroup(store, users), await addGroup(store, [one, two])];
  const drafts = Array.from({ length: messages }, (_, index) =>
    draft(index % 5 === 0 ? other : group, index % 2 === 0 ? one : two, {
      text: `${index} Grüße 👩‍👩‍👧‍👦 再来 \u{10ffff}`,
      mentions: index % 7 === 0 ? [two] : [],
      now: Number.MAX_SAFE_INTEGER - messages + index,
    }),
  );
  await send(store, ...drafts);
  await addMarks(store, { one, two, group });
  await store.commit({
    messages: [],
    cursors: [{ conversationId: group, userId: two, readSeq: 2, deliveredSeq: 3, now: 5 }],
  });
  return { users, group, other };
}

async function addUsers(store: Store, count: number): Promise<readonly number[]> {
  const first = await addUser(store);
  const rows = Array.from({ length: count - 1 }, (_, index) => {
    const name = `filled${first}-${index}`;
    return { name, name_key: name, display_name: name, kind: 'person', created_at: 1 } as const;
  });
  await store.write((tx) => tx.insertInto('users').values(rows).execute());
  const ids = await store.db.selectFrom('users').select('id').orderBy('id').execute();
  return ids.map(({ id }) => id);
}

/** Texts that begin alike, differ in case or accents only, or end in a space. */
const trickyTexts = ['a', 'A', 'ä', 'a ', 'é', 'e\u{301}', '👍', '👍🏽', '\u{ffff}', '\u{10000}', 'ß', 'ss'];

async function addMarks(
  store: Store,
  { one, two, group }: { readonly one: number; readonly two: number; readonly group: number },
): Promise<void> {
  const place = { conversation_id: group, seq: 1 };
  await store.write(async (tx) => {
    const reactions = trickyTexts.map((emoji) => ({ ...place, user_id: one, emoji, created_at: 1 }));
    await tx.insertInto('reactions').values(reactions).execute();
    const codes = trickyTexts.map((code) => ({ code, conversation_id: group, created_by: one, created_at: 1 }));
    await tx.insertInto('invites').values(codes).execute();
    const answers = trickyTexts.map((key) => ({
      user_id: one,
      key,
      request_hash: 'h',
      response: '{"a":null}',
      created_at: 1,
    }));
    await tx.insertInto('idempotency').values(answers).execute();
    await tx.insertInto('settings').values({ name: 'Some', value: 'thing' }).execute();
    await tx
      .insertInto('hidden')
      .values({ ...place, user_id: two })
      .execute();
    await tx.insertInto('blocks').values({ user_id: one, blocked_id: two, created_at: 1 }).execute();
    const ban = { conversation_id: group, user_id: 99, reason: '', banned_by: one, banned_at: 1 };
    await tx.insertInto('bans').values(ban).execute();
    await tx
      .insertInto('revisions')
      .values({ ...place, version: 1, content: '', replaced_at: 1 })
      .execute();
    const device = { user_id: one, token_hash: 'abc', platform: 'web', name: '', created_at: 1 };
    await tx
      .insertInto('devices')
      .values({ ...device, last_used_at: 1, expires_at: 2 })
      .execute();
  });
}

/** What happens to a store while it is copied: more of everything, and changes of what is there. */
export async function changeMuch(store: Store, { users, group, other }: Filled): Promise<void> {
  const [one = 0, two = 0, three = 0] = users;
  await send(store, draft(group, one), draft(other, two));
  await store.write(async (tx) => {
    const version = await store.nextVersion(tx, group, 7);
    const place = (query: 'messages') =>
      tx.updateTable(query).where('conversation_id', '=', group).where('seq', '=', 1);
    await place('messages').set({ version, content: '{"type":"text","text":"edited"}', edited_at: 7 }).execute();
    await tx.deleteFrom('reactions').where('emoji', '=', 'A').execute();
    await tx.deleteFrom('devices').execute();
  });
  const fresh = await addUser(store);
  const born = await addGroup(store, [one, fresh]);
  await send(store, draft(born, fresh), draft(born, one));
  await setStatus(store, { conversationId: group, userId: three }, 'removed');
  await store.write((tx) => tx.insertInto('members').values(memberRow(other, fresh)).execute());
  await swapNames(store, [two, fresh]);
}

/** One takes the name the other one had. */
async function swapNames(store: Store, [one, other]: readonly [number, number]): Promise<void> {
  await store.write(async (tx) => {
    const nameOf = (id: number) =>
      tx.selectFrom('users').select('name_key').where('id', '=', id).executeTakeFirstOrThrow();
    const [{ name_key: first }, { name_key: second }] = [await nameOf(one), await nameOf(other)];
    for (const [id, name_key] of [
      [one, `${first}-`],
      [other, first],
      [one, second],
    ] as const)
      await tx.updateTable('users').set({ name_key }).where('id', '=', id).execute();
  });
}

const rowsPerPage = 5_000;

/** Every row that is copied, in an order of its own. */
export async function dumpOf({ db }: Store): Promise<Readonly<Record<TableName, readonly Row[]>>> {
  const tables = {} as Record<TableName, readonly Row[]>;
  for (const name of tableNames) {
    const rows = await allRows(db, name);
    const own = name === 'settings' ? rows.filter((row) => !ownSettings.has(String(row['name']))) : rows;
    tables[name] = own.toSorted((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
  }
  return tables;
}

/** What each engine's counters would give next. */
export async function nextIdsOf(side: Side): Promise<readonly number[]> {
  return Promise.all(countedTables.map((table) => counterOf(side, table)));
}

/** A conversation with a number of its own, and something in it. */
export async function addConversation(
  store: Store,
  { id, senderId }: { readonly id: number; readonly senderId: number },
): Promise<void> {
  await store.write(async (tx) => {
    await tx
      .insertInto('conversations')
      .values({ id, kind: 'room', title: '', changed_at: 1, created_at: 1 })
      .execute();
    await tx.insertInto('members').values(memberRow(id, senderId)).execute();
  });
  await send(store, draft(id, senderId));
}

/** In pages: a whole table may take longer than a statement may. */
async function allRows(db: Store['db'], name: TableName): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    let page = anyTables(db).selectFrom(name).selectAll().limit(rowsPerPage).offset(rows.length);
    for (const column of tableKeys[name]) page = page.orderBy(column);
    const found = await page.execute();
    rows.push(...found);
    if (found.length < rowsPerPage) return rows;
  }
}
