import { ParleyError } from '@parley/protocol';
import type { ExpressionBuilder, Transaction } from 'kysely';
import type { Tables } from '../schema.ts';
import { UniqueViolation, type Store } from '../store.ts';
import { keyOf, type Row, type Table } from './copied-tables.ts';
import { CopyError } from './copy-error.ts';
import { copyLimits } from './copy-limits.ts';
import type { AnyTables } from './side.ts';

export interface RowChange {
  /** Of the target; removed first. */
  readonly stale: readonly Row[];
  /** Of the source; put in. */
  readonly rows: readonly Row[];
  /** What else belongs into the transaction. */
  readonly also?: (tx: Transaction<Tables>) => Promise<void>;
}

/** Brings these rows of the target to what the source has, in one transaction for each part of bounded size. @throws CopyError */
export async function writeRows(store: Store, table: Table, { stale, rows, also }: RowChange): Promise<void> {
  if (stale.length + rows.length === 0) return;
  const parts = partsOf(rows);
  for (const [index, part] of parts.entries())
    await writePart(store, table, {
      stale: index === 0 ? stale : [],
      rows: part,
      ...(also !== undefined && index === parts.length - 1 ? { also } : {}),
    });
}

/** One part at least, for what is only removed. */
function partsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const parts: Row[][] = [[]];
  let chars = 0;
  for (const row of rows) {
    chars += charsOf(row);
    if (chars > copyLimits.charsPerWrite && (parts.at(-1)?.length ?? 0) > 0) {
      parts.push([]);
      chars = charsOf(row);
    }
    parts.at(-1)?.push(row);
  }
  return parts;
}

function charsOf(row: Row): number {
  let chars = 0;
  for (const value of Object.values(row)) chars += typeof value === 'string' ? value.length : 0;
  return chars;
}

async function writePart(store: Store, table: Table, change: RowChange): Promise<void> {
  const inTheWay: InTheWay[] = [];
  let removed = change.stale;
  for (let tries = 1; ;) {
    try {
      return await store.write((tx) => transact(tx, table, { ...change, stale: removed, inTheWay }));
    } catch (error) {
      const known = error instanceof UniqueViolation ? blockersOf(table, error, change.rows) : undefined;
      if (known !== undefined && inTheWay.length === 0) inTheWay.push(...known);
      else if (isPassing(error) && tries < copyLimits.triesMax) {
        // It may have been done, so that it has to be undone first.
        removed = [...change.stale, ...change.rows];
        await Bun.sleep(copyLimits.retryMs * tries++);
      } else return await writeHalves(store, table, { change, error });
    }
  }
}

/** Finds the row that cannot be written, so that it can be named. */
async function writeHalves(
  store: Store,
  table: Table,
  { change, error }: { readonly change: RowChange; readonly error: unknown },
): Promise<void> {
  const { stale, rows, also } = change;
  if (isPassing(error))
    throw new CopyError(
      `The target does not take what is written: ${messageOf(error)} Run this again: it goes on where it stood.`,
      { cause: error },
    );
  const [only] = rows;
  if (rows.length <= 1 || only === undefined)
    throw new CopyError(
      `${table.name} ${JSON.stringify(only === undefined ? [] : keyOf(table, only))} cannot be written to the target: ${messageOf(error)}`,
      { cause: error },
    );
  const middle = rows.length >> 1;
  await writePart(store, table, { stale, rows: rows.slice(0, middle) });
  await writePart(store, table, { stale: [], rows: rows.slice(middle), ...(also === undefined ? {} : { also }) });
}

async function transact(
  tx: Transaction<Tables>,
  table: Table,
  { stale, rows, also, inTheWay }: RowChange & { readonly inTheWay: readonly InTheWay[] },
): Promise<void> {
  const anyTx = tx as unknown as Transaction<AnyTables>;
  for (const group of keyGroups(table, stale))
    await anyTx
      .deleteFrom(table.name)
      .where((eb) => eb.or(group.map((keys) => sharesKey(eb, table, keys))))
      .execute();
  for (const { column, values } of inTheWay) await anyTx.deleteFrom(table.name).where(column, 'in', values).execute();
  if (rows.length > 0) await anyTx.insertInto(table.name).values(rows).execute();
  await also?.(tx);
}

/** Keys that share all but their last column. */
interface SharedKey {
  readonly shared: readonly unknown[];
  readonly last: unknown[];
}

function keyGroups(table: Table, rows: readonly Row[]): readonly (readonly SharedKey[])[] {
  const groups = new Map<string, SharedKey>();
  for (const row of rows) {
    const key = keyOf(table, row);
    const shared = key.slice(0, -1);
    const name = JSON.stringify(shared);
    const group = groups.get(name) ?? { shared, last: [] };
    group.last.push(key.at(-1));
    groups.set(name, group);
  }
  const all = [...groups.values()];
  return Array.from({ length: Math.ceil(all.length / copyLimits.conditionsMax) }, (_, index) =>
    all.slice(index * copyLimits.conditionsMax, (index + 1) * copyLimits.conditionsMax),
  );
}

function sharesKey(eb: ExpressionBuilder<AnyTables, string>, { key }: Table, { shared, last }: SharedKey) {
  const place = shared.map((value, index) => eb(key[index] ?? '', '=', value as never));
  return eb.and([...place, eb(key.at(-1) ?? '', 'in', last as never)]);
}

/** Rows of the target with a unique value that a row of the source has taken over from one that comes later. */
interface InTheWay {
  readonly column: string;
  readonly values: readonly (string | number)[];
}

function blockersOf(table: Table, { constraint }: UniqueViolation, rows: readonly Row[]): InTheWay[] | undefined {
  const column = constraint.slice(table.name.length + 1);
  if (!constraint.startsWith(`${table.name}.`) || column.includes(',')) return undefined;
  const values = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
  return values.length === 0 ? undefined : [{ column, values }];
}

function isPassing(error: unknown): boolean {
  return error instanceof ParleyError && ['unavailable', 'deadline-exceeded', 'busy'].includes(error.code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
