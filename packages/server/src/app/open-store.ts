import { dirname, resolve } from 'node:path';
import { spelling, type Config } from '../config/config.ts';
import { makeFolder } from '../make-folder.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { PostgresStore } from '../store/postgres.ts';
import { SqliteLock } from '../store/sqlite-lock.ts';
import { SqliteStore, type SqliteOptions } from '../store/sqlite.ts';
import type { Opening } from './opening.ts';

export type OpenedStore = SqliteStore | PostgresStore;

/**
 * Opens the store of the configuration: `sqlite:` is a file in the data folder, `sqlite:/path` any other, `postgres:` a
 * database of a server. @throws StartError
 */
export async function openStore(config: Config, options: SqliteOptions = {}): Promise<OpenedStore> {
  try {
    if (isOnServer(config)) return await PostgresStore.open(config.storeUrl, options);
    return await SqliteStore.open(storePathOf(config), options);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // A defect: its stack says more than any sentence.
    throw new StartError(`The store ${placeOf(config)} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

function isOnServer({ storeUrl }: Config): boolean {
  return !storeUrl.startsWith('sqlite:');
}

/** Without the password. */
function placeOf(config: Config): string {
  if (!isOnServer(config)) return storePathOf(config);
  const url = URL.parse(config.storeUrl);
  return url === null ? spelling.environment('storeUrl') : `${url.protocol}//${url.host}${url.pathname}`;
}

function storePathOf({ storeUrl, dataDir }: Config): string {
  const path = storeUrl.slice('sqlite:'.length);
  return path === '' ? resolve(dataDir, 'parley.sqlite') : resolve(path);
}

/** The same, for a server: two on one file would not hear of what the other tells its clients. @throws StartError */
export async function openStoreAlone({ config, closers }: Opening, options: SqliteOptions = {}): Promise<OpenedStore> {
  if (!isOnServer(config)) closers.push(lockFile(config));
  const store = await openStore(config, options);
  closers.push(() => store.close());
  return store;
}

/** @returns what gives the file up. @throws StartError */
function lockFile(config: Config): () => Promise<void> {
  const path = storePathOf(config);
  makeFolder(dirname(path));
  const lock = takeLock(path);
  if (lock === undefined)
    throw new StartError(
      `Another server works on ${path}. Stop it, or choose another data_dir (${spelling.environment('dataDir')}).`,
    );
  return async () => lock.release();
}

/** @throws StartError when it cannot be known whether another server has it. */
function takeLock(path: string): SqliteLock | undefined {
  try {
    return SqliteLock.tryTake(path);
  } catch (cause) {
    throw new StartError(`${path}.lock cannot be locked: ${reasonOf(cause)}`, { cause });
  }
}
