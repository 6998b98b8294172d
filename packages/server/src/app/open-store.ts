import { resolve } from 'node:path';
import { spelling, type Config } from '../config/config.ts';
import { reasonOf, StartError } from '../start-error.ts';
import type { Side } from '../store/copy/copy-store.ts';
import { MySqlStore } from '../store/mysql.ts';
import { PostgresStore } from '../store/postgres.ts';
import type { ServerStoreOptions } from '../store/server-store.ts';
import { SqliteStore, type SqliteOptions } from '../store/sqlite.ts';

/** What faults change, each where its engine has it. */
export type StoreOptions = SqliteOptions & ServerStoreOptions;

export type OpenedStore = SqliteStore | PostgresStore | MySqlStore;

/**
 * Opens the store of the configuration: `sqlite:` is a file in the data folder, `sqlite:/path` any other, `postgres:` and
 * `mysql:` a database of a server. @throws StartError
 */
export async function openStore(config: Config, options: StoreOptions = {}): Promise<OpenedStore> {
  try {
    if (isOnMySql(config)) return await MySqlStore.open(config.storeUrl, options);
    if (isOnServer(config)) return await PostgresStore.open(config.storeUrl, options);
    return await SqliteStore.open(storePathOf(config), options);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // A defect: its stack says more than any sentence.
    throw new StartError(`The store ${placeOf(config)} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

/** The store with the name of its engine. @throws StartError */
export async function openSide(config: Config): Promise<Side> {
  const store = await openStore(config);
  if (isOnMySql(config)) return { store, engine: 'mysql' };
  return { store, engine: isOnServer(config) ? 'postgres' : 'sqlite' };
}

/** Not in a file of this machine. */
export function isOnServer({ storeUrl }: Config): boolean {
  return !storeUrl.startsWith('sqlite:');
}

export function isOnMySql({ storeUrl }: Config): boolean {
  return /^(mysql|mariadb):/.test(storeUrl);
}

/** Without the password, also where that is not percent-encoded and reads as if it were the path. */
export function placeOf(config: Config): string {
  if (!isOnServer(config)) return storePathOf(config);
  const url = URL.parse(config.storeUrl);
  return url === null || url.pathname.includes('@')
    ? spelling.environment('storeUrl')
    : `${url.protocol}//${url.host}${url.pathname}`;
}

export function storePathOf({ storeUrl, dataDir }: Config): string {
  const path = storeUrl.slice('sqlite:'.length);
  return path === '' ? resolve(dataDir, 'parley.sqlite') : resolve(path);
}
