import { reasonOf, StartError } from '../start-error.ts';
import { beginServing, CopyError } from '../store/copy/copy-store.ts';
import { MySqlStore } from '../store/mysql.ts';
import { lockStore, takenError } from './lock-store.ts';
import { openStore, placeOf, type OpenedStore, type StoreOptions } from './open-store.ts';
import type { Opening } from './opening.ts';

/**
 * Opens the store for a server. Two that do not know of each other would not hear of what the other tells its clients, so one
 * with a registry of its own works alone. @throws StartError
 */
export async function openStoreAlone(opening: Opening, options: StoreOptions = {}): Promise<OpenedStore> {
  const { config, log, closers } = opening;
  const sharing = config.registryUrl.startsWith('local:') ? 'alone' : 'together';
  const onTaken = (): void =>
    log.error({ store: placeOf(config) }, 'Another server has taken the store while its connection was lost');
  const release = await lockStore(config, { sharing, onTaken });
  if (release === undefined) throw takenError(config);
  closers.push(release);
  const store = await openStore(config, options);
  closers.push(() => store.close());
  if (store instanceof MySqlStore) for (const warning of store.warnings) log.warn({}, warning);
  await requireWhole(store, placeOf(config));
  return store;
}

async function requireWhole(store: OpenedStore, place: string): Promise<void> {
  try {
    await beginServing(store);
  } catch (cause) {
    if (!(cause instanceof CopyError)) throw cause;
    throw new StartError(`The store ${place} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}
