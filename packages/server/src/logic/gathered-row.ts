import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { gathered } from '../gathered.ts';
import type { PreparedQuery } from './prepared.ts';

/** One row by a unique key, or undefined; one read for all keys asked for within a tick. */
export function gatheredRow<Key extends number | string, Row>(
  query: PreparedQuery<{ keys: readonly Key[] }, Row>,
  keyOf: (row: Row) => Key,
): (db: Kysely<Tables>, key: Key) => Promise<Row | undefined> {
  return gathered<Kysely<Tables>, Key, Row | undefined>(async (db, keys) => {
    const rows = await query(db, { keys });
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return keys.map((key) => byKey.get(key));
  });
}
