import type { Kysely } from 'kysely';
import type { Head } from '../rpc/rpc.ts';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

/** Conversations of one query. */
const batchMax = 1_024;

const byIds = prepared<{ ids: readonly number[] }, Head>((db, slot) =>
  db.selectFrom('conversations').select(['id as conversationId', 'version', 'seq']).where('id', 'in', slot.ids),
);

/** Where conversations stand; unknown ids are left out. [D7] */
export async function findHeads(db: Kysely<Tables>, conversationIds: readonly number[]): Promise<readonly Head[]> {
  const found: Head[] = [];
  for (let from = 0; from < conversationIds.length; from += batchMax) {
    found.push(...(await byIds(db, { ids: conversationIds.slice(from, from + batchMax) })));
  }
  return found;
}
