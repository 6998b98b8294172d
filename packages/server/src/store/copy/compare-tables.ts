import {
  compareKeys,
  keyOf,
  tableNames,
  tableOf,
  textOf,
  type Row,
  type Table,
  type TableName,
} from './copied-tables.ts';
import { CopyDifference } from './copy-error.ts';
import { TableCount, type Copying } from './copying.ts';
import { rowTotal } from './row-total.ts';
import { stretches, type Stretch } from './stretches.ts';

/** A table that is the same on both sides. */
export interface TableSum {
  readonly table: TableName;
  readonly rows: number;
  /** SHA-256 of its rows' texts in the order of the key, hex; the same for the same rows on every engine. */
  readonly checksum: string;
}

/** Told of every row that is the same on both sides. */
type OnRow = (table: TableName, row: Row) => void;

/**
 * Reads every table of both sides and makes a checksum of each, in the same way.
 * @throws CopyDifference at the first row that is not the same.
 */
export async function compareTables(copying: Copying, onRow: OnRow): Promise<readonly TableSum[]> {
  const sums: TableSum[] = [];
  for (const name of tableNames) sums.push(await compareTable(copying, name, onRow));
  return sums;
}

async function compareTable(copying: Copying, name: TableName, onRow: OnRow): Promise<TableSum> {
  const table = tableOf(name);
  const { from, to } = copying;
  const total = await rowTotal(from, name);
  const count = await TableCount.begin(copying, { activity: 'comparing', table: name, total });
  const sums = { source: new RunningSum(), target: new RunningSum() };
  for await (const stretch of stretches(table, from, to)) {
    for (const side of ['source', 'target'] as const) for (const row of stretch[side]) sums[side].add(row);
    requireSame(table, stretch);
    for (const row of stretch.source) onRow(name, row);
    await count.see(stretch.source.length);
  }
  const [source, target] = [sums.source.end(), sums.target.end()];
  if (source.rows !== target.rows || source.checksum !== target.checksum)
    throw new CopyDifference(
      `${name} is not the same: ${source.rows} rows with the checksum ${source.checksum} here, ${target.rows} with ${target.checksum} in the target.`,
    );
  return { table: name, ...source };
}

class RunningSum {
  private readonly hasher = new Bun.CryptoHasher('sha256');
  private rows = 0;

  add(row: Row): void {
    this.rows++;
    this.hasher.update(`${textOf(row)}\n`);
  }

  end(): Omit<TableSum, 'table'> {
    return { rows: this.rows, checksum: this.hasher.digest('hex') };
  }
}

function requireSame(table: Table, { source, target }: Stretch): void {
  for (let index = 0; index < Math.max(source.length, target.length); index++) {
    const [wanted, found] = [source[index], target[index]];
    if (wanted !== undefined && found !== undefined && textOf(wanted) === textOf(found)) continue;
    throw new CopyDifference(differenceOf(table, wanted, found));
  }
}

function differenceOf(table: Table, wanted: Row | undefined, found: Row | undefined): string {
  const key = (row: Row): string => table.key.map((column) => `${column} ${JSON.stringify(row[column])}`).join(', ');
  const hasBoth = wanted !== undefined && found !== undefined && key(wanted) === key(found);
  if (hasBoth) {
    const columns = Object.keys(wanted).filter((column) => wanted[column] !== found[column]);
    return `${table.name}, ${key(wanted)}: ${columns.join(', ')} differs between the two.`;
  }
  const isMissing =
    found === undefined || (wanted !== undefined && compareKeys(keyOf(table, wanted), keyOf(table, found)) < 0);
  const row = isMissing ? wanted : found;
  const where = isMissing ? 'is missing in the target' : 'is in the target only';
  return `${table.name}, ${row === undefined ? '' : key(row)}: ${where}.`;
}
