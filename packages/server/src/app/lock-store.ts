import { dirname } from 'node:path';
import { spelling, type Config } from '../config/config.ts';
import { makeFolder } from '../make-folder.ts';
import { ProcessLock } from '../process-lock.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { takeMySqlLock } from '../store/mysql-lock.ts';
import { takePostgresLock } from '../store/postgres-lock.ts';
import { ServerLock } from '../store/server-lock.ts';
import { isOnMySql, isOnServer, placeOf, storePathOf } from './open-store.ts';

/** `alone`: nobody else works on the store. `together`: those do who know of each other, of which a file has one. */
export type Sharing = 'alone' | 'together';

export interface StoreLocking {
  readonly sharing: Sharing;
  /** Told when somebody else has taken a lock that was lost with its connection. */
  readonly onTaken: () => void;
}

/**
 * Says that a server, or a copy, works on the store, until this process ends or gives it up. Programs that only read and write,
 * such as `bin/parley user`, do not ask.
 * @returns what gives it up; undefined when others have it. @throws StartError when that cannot be known.
 */
export function lockStore(config: Config, locking: StoreLocking): Promise<(() => Promise<void>) | undefined> {
  return isOnServer(config) ? lockDatabase(config, locking) : lockFile(storePathOf(config));
}

async function lockFile(storePath: string): Promise<(() => Promise<void>) | undefined> {
  const path = `${storePath}.lock`;
  makeFolder(dirname(path));
  try {
    const lock = ProcessLock.tryTake(path);
    return lock && (async () => lock.release());
  } catch (cause) {
    throw new StartError(`${path} cannot be locked: ${reasonOf(cause)}`, { cause });
  }
}

async function lockDatabase(config: Config, { sharing, onTaken }: StoreLocking) {
  const takeLock = isOnMySql(config) ? takeMySqlLock : takePostgresLock;
  const take = () => takeLock(config.storeUrl, sharing === 'together');
  try {
    const lock = await ServerLock.tryTake({ take, onTaken });
    return lock && (async () => lock.release());
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    throw new StartError(`The store ${placeOf(config)} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

/** A start, or a copy, that others are in the way of. */
export function takenError(config: Config): StartError {
  const place = placeOf(config);
  if (!isOnServer(config))
    return new StartError(
      `Another server works on ${place}. Stop it, or choose another data_dir (${spelling.environment('dataDir')}).`,
    );
  return new StartError(
    `Another server works on ${place}, and does not share it. Stop it, choose another database (${spelling.environment('storeUrl')}), or give all of them the same registry, such as ${spelling.environment('registryUrl')}=etcd://127.0.0.1:2379/parley. One whose machine is gone is forgotten within half a minute.`,
  );
}
