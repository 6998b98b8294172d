import { tableNames, type TableName } from './copied-tables.ts';
import { CopyError } from './copy-error.ts';
import { installationOf, readMark, writeMark, type CopyMark } from './copy-mark.ts';
import { anyTables, type Side } from './side.ts';

/**
 * Whether and where a copy goes on: a target that is new begins with everything, one that is a copy of this source goes on where
 * it stood.
 * @throws CopyError when the target holds anything else, or the source is half a copy itself.
 */
export async function admitCopy(from: Side, to: Side): Promise<CopyMark> {
  const origin = await readMark(from.store);
  if (origin !== undefined && origin.step !== 'complete')
    throw new CopyError('The source is itself a copy that is not complete yet. Finish that one first.');
  const [installation, mark] = [await installationOf(from.store), await readMark(to.store)];
  if (mark === undefined) return beginCopy(to, installation);
  if (mark.from !== installation)
    throw new CopyError('The target is a copy of another installation. Choose an empty database, or empty this one.');
  return mark;
}

async function beginCopy(to: Side, installation: string): Promise<CopyMark> {
  const held = await heldTable(to);
  if (held !== undefined)
    throw new CopyError(
      `The target holds data already (${held}), and is no copy that could be continued. A copy on which a server has worked is none any more. Choose an empty database, or empty this one.`,
    );
  const mark: CopyMark = { from: installation, step: 'conversations' };
  await writeMark(to.store, mark);
  return mark;
}

/** A table in which there is more than every new store has. */
async function heldTable({ store }: Side): Promise<TableName | undefined> {
  const db = anyTables(store.db);
  for (const name of tableNames) {
    const rows = await db.selectFrom(name).selectAll().limit(2).execute();
    const isNew =
      name === 'conversations' ? rows.every((row) => row['id'] === 1 && row['version'] === 0) : rows.length === 0;
    if (!isNew) return name;
  }
  return undefined;
}
