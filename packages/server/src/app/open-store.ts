import { dirname, resolve } from 'node:path';
import { spelling, type Config } from '../config/config.ts';
import { makeFolder } from '../make-folder.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { SqliteLock } from '../store/sqlite-lock.ts';
import { SqliteStore, type SqliteOptions } from '../store/sqlite.ts';
import type { Opening } from './opening.ts';

/** Opens the store of the configuration: `sqlite:` is a file in the data folder, `sqlite:/path` any other. @throws StartError */
export async function openStore(config: Config, options: SqliteOptions = {}): Promise<SqliteStore> {
  try {
    return await SqliteStore.open(storePathOf(config), options);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // A defect: its stack says more than any sentence.
    throw new StartError(`The store ${storePathOf(config)} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

function storePathOf({ storeUrl, dataDir }: Config): string {
  const path = storeUrl.slice('sqlite:'.length);
  return path === '' ? resolve(dataDir, 'parley.sqlite') : resolve(path);
}

/** The same, for a server: two on one file would not hear of what the other tells its clients. @throws StartError */
export async function openStoreAlone({ config, closers }: Opening, options: SqliteOptions = {}): Promise<SqliteStore> {
  const path = storePathOf(config);
  makeFolder(dirname(path));
  const lock = takeLock(path);
  if (lock === undefined)
    throw new StartError(
      `Another server works on ${path}. Stop it, or choose another data_dir (${spelling.environment('dataDir')}).`,
    );
  closers.push(async () => lock.release());
  const store = await openStore(config, options);
  closers.push(() => store.close());
  return store;
}

/** @throws StartError when it cannot be known whether another server has it. */
function takeLock(path: string): SqliteLock | undefined {
  try {
    return SqliteLock.tryTake(path);
  } catch (cause) {
    throw new StartError(`${path}.lock cannot be locked: ${reasonOf(cause)}`, { cause });
  }
}
