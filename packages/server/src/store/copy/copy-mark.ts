import type { Store } from '../store.ts';
import { CopyError } from './copy-error.ts';

/**
 * How far a copy is: `conversations` and `messages` are its first pass, which takes all of these two tables in turn; from then on
 * only `changes` are looked for, and in `doubt`, after a difference, all messages are compared. `complete`: a server may start on it.
 */
export type CopyStep = 'conversations' | 'messages' | 'changes' | 'doubt' | 'complete';

/** What the target of a copy says of itself, until a server works on it. */
export interface CopyMark {
  /** The installation it is a copy of. */
  readonly from: string;
  readonly step: CopyStep;
}

const markName = 'copy';
const idsAfterName = 'ids_after_ms';
const installationName = 'installation';

/** Settings that say something of one store, and are not copied. */
export const ownSettings: ReadonlySet<string> = new Set([markName, idsAfterName]);

export async function readMark(store: Pick<Store, 'db'>): Promise<CopyMark | undefined> {
  const value = await readSetting(store, markName);
  return value === undefined ? undefined : (JSON.parse(value) as CopyMark);
}

export async function writeMark(store: Store, mark: CopyMark): Promise<void> {
  await writeSetting(store, markName, JSON.stringify(mark));
}

/** Ids are given out beyond this time only: what was given out before the store was copied may be as late. 0: nothing is known. [D14] */
export async function idsAfterMs(store: Pick<Store, 'db'>): Promise<number> {
  return Number((await readSetting(store, idsAfterName)) ?? 0);
}

export async function keepIdsAfter(store: Store, timeMs: number): Promise<void> {
  if (timeMs > (await idsAfterMs(store))) await writeSetting(store, idsAfterName, String(timeMs));
}

/** What tells an installation from every other one, wherever it is copied to. */
export async function installationOf(store: Store): Promise<string> {
  const known = await readSetting(store, installationName);
  if (known !== undefined) return known;
  const made = crypto.randomUUID();
  await writeSetting(store, installationName, made);
  return made;
}

/**
 * A server is about to work on the store. A finished copy is one no more: what is written from now on must not be overwritten by
 * another copy of where it came from.
 * @throws CopyError when it is a copy that was not finished.
 */
export async function beginServing(store: Store): Promise<void> {
  const mark = await readMark(store);
  if (mark === undefined) return;
  if (mark.step !== 'complete')
    throw new CopyError(
      'it is a copy that is not complete yet. Run the same “parley store copy” again, without --live, until it says that it is complete.',
    );
  await store.write((tx) => tx.deleteFrom('settings').where('name', '=', markName).execute());
}

async function readSetting({ db }: Pick<Store, 'db'>, name: string): Promise<string | undefined> {
  return (await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value;
}

async function writeSetting(store: Store, name: string, value: string): Promise<void> {
  await store.write(async (tx) => {
    await tx.deleteFrom('settings').where('name', '=', name).execute();
    await tx.insertInto('settings').values({ name, value }).execute();
  });
}
