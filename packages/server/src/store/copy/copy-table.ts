import type { Transaction } from 'kysely';
import type { Tables } from '../schema.ts';
import { keyOf, tableOf, textOf, type Row, type Table, type TableName } from './copied-tables.ts';
import { TableCount, type Copying, type TableReport } from './copying.ts';
import { rowTotal } from './row-total.ts';
import { stretches, type Stretch } from './stretches.ts';
import { writeRows } from './write-rows.ts';

export interface TableOptions {
  /** What has to be done before these rows of the source are in the target, and within the same transaction. */
  readonly beside?: (stretch: Stretch) => Promise<((tx: Transaction<Tables>) => Promise<void>) | undefined>;
}

/** Brings a table of the target to what the source has, by comparing all rows. */
export async function copyTable(copying: Copying, name: TableName, options: TableOptions = {}): Promise<TableReport> {
  const table = tableOf(name);
  const { from, to } = copying;
  const count = await TableCount.begin(copying, {
    activity: 'copying',
    table: name,
    total: await rowTotal(from, name),
  });
  for await (const stretch of stretches(table, from, to)) {
    const change = changeOf(table, stretch);
    const also = await options.beside?.(change);
    const rows = { stale: change.target, rows: change.source };
    await writeRows(to.store, table, { ...rows, ...(also === undefined ? {} : { also }) });
    count.written += change.source.length;
    count.removed += change.removed;
    await count.see(stretch.source.length);
  }
  return count.report;
}

/** The rows of both that the other one does not have in the same way. */
function changeOf(table: Table, { source, target }: Stretch): Stretch & { readonly removed: number } {
  const [wanted, held] = [textsOf(table, source), textsOf(table, target)];
  const differing = (texts: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>, rows: readonly Row[]) =>
    rows.filter((row) => others.get(nameOf(table, row)) !== texts.get(nameOf(table, row)));
  const stale = differing(held, wanted, target);
  const removed = stale.filter((row) => !wanted.has(nameOf(table, row))).length;
  return { source: differing(wanted, held, source), target: stale, removed };
}

function textsOf(table: Table, rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [nameOf(table, row), textOf(row)]));
}

function nameOf(table: Table, row: Row): string {
  return JSON.stringify(keyOf(table, row));
}
