import { compareKeys, keyOf, type Key, type Row, type Table } from './copied-tables.ts';
import { copyLimits } from './copy-limits.ts';
import { ownSettings } from './copy-mark.ts';
import { rowsAfter, type Side } from './side.ts';

/** What both stores have between the same two keys, each in the order of the key. */
export interface Stretch {
  readonly source: readonly Row[];
  readonly target: readonly Row[];
}

/** A table of both stores from its first key to its last, in stretches of bounded size. */
export async function* stretches(table: Table, from: Side, to: Side): AsyncGenerator<Stretch> {
  const limit = copyLimits.rowsPerBatch;
  for (let after: Key | undefined; ;) {
    const place = { after, limit };
    const [source, target] = await Promise.all([rowsAfter(from, table, place), rowsAfter(to, table, place)]);
    const end = endOf(table, [source, target]);
    const upTo = (rows: readonly Row[]) => rows.filter((row) => isCopied(table, row) && !isBehind(table, row, end));
    yield { source: upTo(source), target: upTo(target) };
    if (end === undefined) return;
    after = end;
  }
}

/** Up to where all rows of both are known; undefined: that is all there are. */
function endOf(table: Table, sides: readonly (readonly Row[])[]): Key | undefined {
  const ends = sides.flatMap((rows) => {
    const last = rows.at(-1);
    return last === undefined || rows.length < copyLimits.rowsPerBatch ? [] : [keyOf(table, last)];
  });
  return ends.toSorted(compareKeys)[0];
}

function isBehind(table: Table, row: Row, end: Key | undefined): boolean {
  return end !== undefined && compareKeys(keyOf(table, row), end) > 0;
}

/** What a copy says of itself stays where it is. */
function isCopied({ name }: Table, row: Row): boolean {
  return name !== 'settings' || !ownSettings.has(String(row['name']));
}
