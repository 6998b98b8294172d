import type { NewMessage, SearchQuery, Store } from './store.ts';

/** A store with data of its own, made by the adapter's test. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** Closes `store` and opens the same data again. */
  reopen(): Promise<Store>;
  /** A program that opens the same data and calls `sendUntilKilled`, as a command line. */
  readonly killable: readonly string[];
}

/** Defines one test of a rule; it gets a store of its own. */
export type Rule = (name: string, work: (subject: StoreUnderTest) => Promise<void>) => void;

let count = 0;
const next = () => ++count;

/** A new user's id. */
export function addUser(store: Store): Promise<number> {
  const name = `user${next()}`;
  return store.write(async (tx) => {
    const values = { name, name_key: name, display_name: name, kind: 'person', created_at: 1 } as const;
    await tx.insertInto('users').values(values).execute();
    const row = await tx.selectFrom('users').select('id').where('name_key', '=', name).executeTakeFirstOrThrow();
    return row.id;
  });
}

/** A new group's id, with these members. */
export function addGroup(store: Store, members: readonly number[]): Promise<number> {
  const title = `group${next()}`;
  return store.write(async (tx) => {
    await tx.insertInto('conversations').values({ kind: 'group', title, changed_at: 1, created_at: 1 }).execute();
    const query = tx.selectFrom('conversations').select('id').where('title', '=', title);
    const { id } = await query.executeTakeFirstOrThrow();
    for (const user of members) await tx.insertInto('members').values(memberRow(id, user)).execute();
    return id;
  });
}

export function memberRow(conversationId: number, userId: number) {
  const place = { conversation_id: conversationId, user_id: userId, join_seq: 0 };
  return { ...place, role: 'member', status: 'active', joined_at: 1, changed_at: 1 } as const;
}

export async function setStatus(
  store: Store,
  where: { conversationId: number; userId: number },
  status: 'left' | 'removed' | 'banned',
): Promise<void> {
  await store.write((tx) =>
    tx
      .updateTable('members')
      .set({ status })
      .where('conversation_id', '=', where.conversationId)
      .where('user_id', '=', where.userId)
      .execute(),
  );
}

/** A message with all it needs; `text` is its content. */
export function draft(
  conversationId: number,
  senderId: number,
  { text = 'hello', ...rest }: Partial<NewMessage> & { readonly text?: string } = {},
): NewMessage {
  const number = next();
  return {
    conversationId,
    senderId,
    clientMsgId: `m${number}`,
    id: String(9_000_000_000_000_000n + BigInt(number)),
    content: { type: 'text', text },
    bodyHash: text,
    now: 1_000,
    ...rest,
  };
}

export async function send(store: Store, ...messages: readonly NewMessage[]) {
  return (await store.commit({ messages, cursors: [] })).messages;
}

export async function numbersOf(store: Store, conversationId: number) {
  return store.db
    .selectFrom('messages')
    .select(['seq', 'version', 'created_at'])
    .where('conversation_id', '=', conversationId)
    .orderBy('seq')
    .execute();
}

/** The seqs found, after the index was brought up to the log. */
export async function find(
  store: Store,
  conversationId: number,
  query: string | (Partial<SearchQuery> & { text: string }),
): Promise<number[]> {
  await store.index();
  const rest = typeof query === 'string' ? { text: query } : query;
  const hits = await store.search({ scope: [{ conversationId, afterSeq: 0 }], limit: 100, ...rest });
  return hits.map((hit) => hit.seq);
}

/** Sends to `conversationId` for ever, and prints the clientMsgId of each message when it is acked. */
export async function sendUntilKilled(store: Store, conversationId: number, senderId: number): Promise<never> {
  for (let number = 0; ; number += 3) {
    const messages = [0, 1, 2].map((offset) =>
      draft(conversationId, senderId, { clientMsgId: `kill-${number + offset}` }),
    );
    await send(store, ...messages);
    process.stdout.write(`${messages.map((message) => message.clientMsgId).join('\n')}\n`);
  }
}
