import { ParleyError } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { UserRow } from './accounts.ts';
import { nameKey } from './name-key.ts';

export interface DirectoryQuery {
  readonly query: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where a page ended: in the list of user names, or in that of display names, after this user. */
interface Place {
  readonly list: 'name_key' | 'display_key';
  readonly key: string;
  readonly id: number;
}

/** Sorts after every text that begins alike. */
const last = '\u{10ffff}';

/**
 * Active users whose user name begins with the query, by name; then those whose display name does. Both are walked along an
 * index, so that a page costs what it holds.
 */
export async function searchDirectory(
  db: Kysely<Tables>,
  { query, limit, cursor }: DirectoryQuery,
): Promise<{ readonly rows: readonly UserRow[]; readonly nextCursor?: string }> {
  const prefix = nameKey(query);
  const start: Place = cursor === undefined ? { list: 'name_key', key: '', id: 0 } : decode(cursor);
  const rows = await pageOf(db, { prefix, start, limit: limit + 1 });
  let { list } = start;
  if (list === 'name_key' && rows.length <= limit && prefix !== '') {
    list = 'display_key';
    const rest = { prefix, start: { list, key: '', id: 0 }, limit: limit + 1 - rows.length };
    const named = rows.length;
    rows.push(...(await pageOf(db, rest)));
    if (rows.length > limit && named === limit) return { rows: rows.slice(0, limit), nextCursor: encode(rest.start) };
  }
  const page = rows.slice(0, limit);
  const end = page.at(-1);
  if (rows.length <= limit || end === undefined) return { rows: page };
  return { rows: page, nextCursor: encode({ list, key: end[list], id: end.id }) };
}

function pageOf(
  db: Kysely<Tables>,
  page: { readonly prefix: string; readonly start: Place; readonly limit: number },
): Promise<UserRow[]> {
  const { prefix, start, limit } = page;
  const { list, key, id } = start;
  const from = key < prefix ? prefix : key;
  const query = db
    .selectFrom('users')
    .selectAll()
    .where('status', '=', 'active')
    .where(list, '>=', from)
    .where(list, '<=', prefix + last)
    .where((eb) => eb.or([eb(list, '>', from), eb('id', '>', key < prefix ? 0 : id)]))
    .orderBy(list)
    .orderBy('id')
    .limit(limit);
  if (list === 'name_key') return query.execute();
  return query.where((eb) => eb.or([eb('name_key', '<', prefix), eb('name_key', '>', prefix + last)])).execute();
}

function encode({ list, key, id }: Place): string {
  return Buffer.from(JSON.stringify([list === 'name_key' ? 0 : 1, key, id])).toString('base64url');
}

/** @throws ParleyError `invalid-params` */
function decode(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const [list, key, id] = Array.isArray(place) ? (place as unknown[]) : [];
    if ((list === 0 || list === 1) && typeof key === 'string' && Number.isSafeInteger(id))
      return { list: list === 0 ? 'name_key' : 'display_key', key, id: Number(id) };
  } catch {
    // Not one of ours: said below.
  }
  const fields = [{ pointer: '/cursor', message: 'not a nextCursor of this list' }];
  throw new ParleyError('invalid-params', undefined, { fields });
}
