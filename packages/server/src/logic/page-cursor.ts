import { ParleyError } from '@parley/protocol';

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: { readonly nextCursor?: string };
}

/** Cuts rows that were read with `limit + 1`: the page, and where the next one begins when there is one. */
export function cutPage<Row>(rows: readonly Row[], limit: number, keysOf: (last: Row) => readonly number[]): Page<Row> {
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { rows, next: {} };
  return { rows: rows.slice(0, limit), next: { nextCursor: keysOf(last).join('-') } };
}

/** The `count` sort keys in a client's cursor; undefined: from the beginning. @throws ParleyError `invalid-params` */
export function readCursor(cursor: string | undefined, count: number): readonly number[] | undefined {
  if (cursor === undefined) return undefined;
  const keys = cursor.split('-').map((part) => (/^[0-9]{1,16}$/.test(part) ? Number(part) : Number.NaN));
  if (keys.length === count && keys.every(Number.isSafeInteger)) return keys;
  throw new ParleyError('invalid-params', undefined, {
    fields: [{ pointer: '/cursor', message: 'not a nextCursor of this list' }],
  });
}
