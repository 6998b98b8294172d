import { Database } from 'bun:sqlite';
import { isBusy } from './sqlite-errors.ts';

/**
 * Says that one server works on a store's file, until it closes or its process ends, however it ends: two would not hear of
 * what the other tells its clients. Programs that only read and write, such as the command line, need not hold it.
 * An exclusive lock on an empty SQLite file beside the store's, because the operating system gives that up by itself.
 */
export class SqliteLock {
  private readonly database: Database;

  /** Undefined: another server has it. @throws when the file cannot be made. */
  static tryTake(storePath: string): SqliteLock | undefined {
    const database = new Database(`${storePath}.lock`, { create: true });
    try {
      return new SqliteLock(database);
    } catch (error) {
      database.close();
      if (isBusy(error)) return undefined;
      throw error;
    }
  }

  private constructor(database: Database) {
    this.database = database;
    database.run('pragma locking_mode = exclusive');
    database.run('begin exclusive');
    database.run('commit');
  }

  release(): void {
    this.database.close();
  }
}
