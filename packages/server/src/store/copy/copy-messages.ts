import type { Transaction } from 'kysely';
import type { Tables } from '../schema.ts';
import { keyOf, tableOf, type Row } from './copied-tables.ts';
import { TableCount, type Copying, type TableReport } from './copying.ts';
import { copyLimits } from './copy-limits.ts';
import { copyTable } from './copy-table.ts';
import { rowTotal } from './row-total.ts';
import { anyTables, lastRow, rowsAfter, type Side } from './side.ts';
import type { Stretch } from './stretches.ts';
import { writeRows } from './write-rows.ts';

const messages = tableOf('messages');

/**
 * All messages there are, in the order of the key, from the last one on that is in the target. Conversations were copied before,
 * with the version they had then: what changes meanwhile has a higher one, and is found by that.
 */
export async function copyAllMessages(copying: Copying): Promise<TableReport> {
  const { from, to } = copying;
  const count = await TableCount.begin(copying, {
    activity: 'copying',
    table: 'messages',
    total: await rowTotal(from, 'messages'),
  });
  const last = await lastRow(to, messages);
  for (let after = last && keyOf(messages, last); ;) {
    const rows = await rowsAfter(from, messages, { after, limit: copyLimits.rowsPerBatch });
    await writeRows(to.store, messages, { stale: [], rows });
    count.written += rows.length;
    await count.see(rows.length);
    const end = rows.at(-1);
    // What is written behind the last full batch is no end of it: while people write there always is some.
    if (end === undefined || rows.length < copyLimits.rowsPerBatch) return count.report;
    after = keyOf(messages, end);
  }
}

/** The conversations that changed since the target has them, each after those of its messages that did. */
export async function copyChanges(copying: Copying): Promise<readonly TableReport[]> {
  const count = await TableCount.begin(copying, { activity: 'copying', table: 'messages', total: undefined });
  const conversations = await copyTable(copying, 'conversations', {
    beside: async (change) => {
      await copyChangedMessages(copying, change, count);
      return pendingOf(change);
    },
  });
  return [conversations, count.report];
}

/** Conversations as they are, before any of their messages. */
export function copyConversations(copying: Copying): Promise<TableReport> {
  return copyTable(copying, 'conversations', { beside: async (change) => pendingOf(change) });
}

async function copyChangedMessages(copying: Copying, change: Stretch, count: TableCount): Promise<void> {
  let waiting: Row[] = [];
  const write = async (): Promise<void> => {
    await writeRows(copying.to.store, messages, { stale: waiting, rows: waiting });
    count.written += waiting.length;
    await count.see(waiting.length);
    waiting = [];
  };
  for (const [id, { afterVersion }] of changedOf(change))
    for await (const rows of messagesSince(copying.from, id, afterVersion)) {
      waiting.push(...rows);
      if (waiting.length >= copyLimits.rowsPerBatch) await write();
    }
  if (waiting.length > 0) await write();
}

/** In the order of their versions, in batches. One that changes meanwhile gets a higher one, and is seen again. */
async function* messagesSince({ store }: Side, conversationId: number, afterVersion: number): AsyncGenerator<Row[]> {
  for (let after = afterVersion; ;) {
    const rows = await anyTables(store.db)
      .selectFrom('messages')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('version', '>', after)
      .orderBy('version')
      .limit(copyLimits.rowsPerBatch)
      .execute();
    yield rows;
    if (rows.length < copyLimits.rowsPerBatch) return;
    after = Number(rows.at(-1)?.['version']);
  }
}

/** Conversations with another version than the target has, and that one. */
function changedOf({ source, target }: Stretch): ReadonlyMap<number, { readonly afterVersion: number }> {
  const held = new Map(target.map((row) => [row['id'], Number(row['version'])]));
  return new Map(
    source.flatMap((row) => {
      const afterVersion = held.get(row['id'] ?? 0) ?? 0;
      return row['version'] === afterVersion ? [] : [[Number(row['id']), { afterVersion }] as const];
    }),
  );
}

/** Has the target's indexer look at what changed, from where it stands. */
function pendingOf(change: Stretch): (tx: Transaction<Tables>) => Promise<void> {
  return async (tx) => {
    const changed = changedOf(change);
    if (changed.size === 0) return;
    const known = await tx
      .selectFrom('search_pending')
      .select('conversation_id')
      .where('conversation_id', 'in', [...changed.keys()])
      .execute();
    const isKnown = new Set(known.map((row) => row.conversation_id));
    const rows = [...changed].flatMap(([conversation_id, { afterVersion: after_version }]) =>
      isKnown.has(conversation_id) ? [] : [{ conversation_id, after_version }],
    );
    if (rows.length > 0) await tx.insertInto('search_pending').values(rows).execute();
  };
}
