import { admitCopy } from './admit-copy.ts';
import { compareTables, type TableSum } from './compare-tables.ts';
import { CopyDifference } from './copy-error.ts';
import { tableNames, type Row } from './copied-tables.ts';
import { copyAllMessages, copyChanges, copyConversations } from './copy-messages.ts';
import { idsAfterMs, installationOf, keepIdsAfter, writeMark, type CopyStep } from './copy-mark.ts';
import { copyTable } from './copy-table.ts';
import type { Copying, TableReport } from './copying.ts';
import { copyIdCounters } from './id-counters.ts';

export { CopyDifference, CopyError } from './copy-error.ts';
export { beginServing } from './copy-mark.ts';
export type { TableSum } from './compare-tables.ts';
export type { CopyProgress, OnProgress, TableReport } from './copying.ts';
export type { Side } from './side.ts';

export interface CopyOptions extends Copying {
  /** A server works on the source meanwhile, so that the two cannot be the same in the end: another run without this makes them so. */
  readonly isLive: boolean;
  /** The time up to which ids may have been given out, from the newest message's id and whatever else is known. [D14] */
  readonly idsUpToMs: (newestId: string | undefined) => number;
}

/** What was done. */
export interface CopyReport {
  readonly tables: readonly TableReport[];
  /** Of a copy that is complete: every table, the same on both sides. */
  readonly sums?: readonly TableSum[];
}

/**
 * Copies an installation to another store, whatever their engines. It may end at any moment and be run again: what is there is
 * compared, not written twice. Messages are found by the versions of their conversations, which say what changed; all other rows
 * are compared. Without `isLive` nobody may write to either meanwhile; then both are the same when it resolves.
 * @throws CopyError; CopyDifference when they are not.
 */
export async function copyStore(options: CopyOptions): Promise<CopyReport> {
  const { from, to, isLive } = options;
  const tables = await copyAll(options, (await admitCopy(from, to)).step);
  if (isLive) {
    await to.store.index();
    return { tables };
  }
  return { tables, sums: await complete(options) };
}

async function copyAll(copying: CopyOptions, begun: CopyStep): Promise<readonly TableReport[]> {
  const reports: TableReport[] = [];
  if (begun === 'conversations') {
    reports.push(await copyConversations(copying));
    await writeStep(copying, 'messages');
  }
  if (begun === 'conversations' || begun === 'messages') reports.push(await copyAllMessages(copying));
  if (begun === 'doubt') reports.push(await copyTable(copying, 'messages'));
  await writeStep(copying, 'changes');
  for (const name of tableNames)
    if (name !== 'conversations' && name !== 'messages') reports.push(await copyTable(copying, name));
  reports.push(...(await copyChanges(copying)));
  return summed(reports);
}

/** One report for each table. */
function summed(reports: readonly TableReport[]): readonly TableReport[] {
  return tableNames.map((table) => {
    const own = reports.filter((report) => report.table === table);
    const sum = (what: 'written' | 'removed'): number => own.reduce((total, report) => total + report[what], 0);
    return { table, written: sum('written'), removed: sum('removed') };
  });
}

async function complete(copying: CopyOptions): Promise<readonly TableSum[]> {
  const { from, to, idsUpToMs } = copying;
  const { sums, newestId } = await compareAll(copying);
  await copyIdCounters(from, to);
  await keepIdsAfter(to.store, Math.max(idsUpToMs(newestId), await idsAfterMs(from.store)));
  await writeStep(copying, 'complete');
  return sums;
}

/** After a difference the next run relies on no version. */
async function compareAll(copying: Copying) {
  let newestId: string | undefined;
  try {
    const sums = await compareTables(copying, (table, row) => {
      if (table === 'messages') newestId = newerOf(newestId, row);
    });
    return { sums, newestId };
  } catch (error) {
    if (error instanceof CopyDifference) await writeStep(copying, 'doubt');
    throw error;
  }
}

async function writeStep({ from, to }: Copying, step: CopyStep): Promise<void> {
  await writeMark(to.store, { from: await installationOf(from.store), step });
}

/** Ids are decimal, so that the longer one is the later one. */
function newerOf(newest: string | undefined, row: Row): string {
  const id = String(row['id']);
  if (newest === undefined || id.length > newest.length) return id;
  return id.length === newest.length && id > newest ? id : newest;
}
