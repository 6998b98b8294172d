import { Database } from 'bun:sqlite';

/**
 * Says that one process works on something, until it lets go or ends, however it ends. An exclusive lock on an empty SQLite file,
 * because the operating system gives that up by itself: nothing is ever left over that somebody has to delete.
 */
export class ProcessLock {
  private readonly database: Database;

  /** Undefined: another process has it. @throws when the file cannot be made. */
  static tryTake(path: string): ProcessLock | undefined {
    const database = new Database(path, { create: true });
    try {
      return new ProcessLock(database);
    } catch (error) {
      database.close();
      if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true) return undefined;
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
