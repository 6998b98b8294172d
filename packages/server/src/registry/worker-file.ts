import { Database } from 'bun:sqlite';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ParleyError } from '@parley/protocol';

const suffix = '.lease';

/**
 * One worker id on disk: its high-water time, and a lock that the operating system gives up when the process ends, however
 * it ends. A SQLite file, because its exclusive mode is both, and a write to it is whole after a power loss.
 */
export class WorkerFile {
  private readonly database: Database;
  private highWater: number;
  private isClosed = false;

  /** Undefined: another process, or another lease of this one, holds it. */
  static tryOpen(path: string): WorkerFile | undefined {
    const database = new Database(path, { create: true });
    try {
      return new WorkerFile(database);
    } catch (cause) {
      database.close();
      if ((cause as { code?: string }).code === 'SQLITE_BUSY') return undefined;
      throw new ParleyError('unavailable', `The worker id cannot be kept in ${path}.`, { cause });
    }
  }

  /** Up to where ids may have been given out, as the files of a folder say that nobody holds. 0: there are none. */
  static highWaterIn(folder: string): number {
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(suffix)) : [];
    return Math.max(0, ...files.map((name) => readHighWater(join(folder, name))));
  }

  private constructor(database: Database) {
    this.database = database;
    database.run('PRAGMA locking_mode = EXCLUSIVE');
    database.run('PRAGMA synchronous = FULL');
    database.run('BEGIN EXCLUSIVE');
    database.run(
      'CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY CHECK (id = 1), high_water_ms INTEGER NOT NULL)',
    );
    database.run('INSERT INTO lease VALUES (1, 0) ON CONFLICT DO NOTHING');
    database.run('COMMIT');
    const row = database.query('SELECT high_water_ms AS ms FROM lease').get() as { ms: number };
    this.highWater = row.ms;
  }

  get highWaterMs(): number {
    return this.highWater;
  }

  report(timeMs: number): void {
    if (this.isClosed) throw new ParleyError('unavailable', 'The lease was released.');
    if (timeMs <= this.highWater) return;
    try {
      this.database.run('UPDATE lease SET high_water_ms = ?', [timeMs]);
    } catch (cause) {
      throw new ParleyError('unavailable', 'The worker id’s time cannot be kept.', { cause });
    }
    this.highWater = timeMs;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.database.close();
  }
}

function readHighWater(path: string): number {
  const file = WorkerFile.tryOpen(path);
  const highWaterMs = file?.highWaterMs ?? 0;
  file?.close();
  return highWaterMs;
}
