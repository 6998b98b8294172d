import type { TableName } from './copied-tables.ts';
import type { Side } from './side.ts';

export type CopyActivity = 'copying' | 'comparing';

/** Told after each batch. */
export interface CopyProgress {
  readonly activity: CopyActivity;
  readonly table: TableName;
  /** Rows of the source that were looked at. */
  readonly rows: number;
  /** Of so many; undefined: not known. */
  readonly total: number | undefined;
}

export type OnProgress = (progress: CopyProgress) => void | Promise<void>;

/** What became of a table. */
export interface TableReport {
  readonly table: TableName;
  readonly written: number;
  readonly removed: number;
}

/** A copy that runs. */
export interface Copying {
  readonly from: Side;
  readonly to: Side;
  /** Waited for between two batches; throws to stop there. */
  readonly onProgress: OnProgress;
}

/** Counts what is done to one table, and tells of it. */
export class TableCount {
  written = 0;
  removed = 0;
  private rows = 0;
  private readonly copying: Copying;
  private readonly about: Omit<CopyProgress, 'rows'>;

  private constructor(copying: Copying, about: Omit<CopyProgress, 'rows'>) {
    this.copying = copying;
    this.about = about;
  }

  static async begin(copying: Copying, about: Omit<CopyProgress, 'rows'>): Promise<TableCount> {
    const count = new TableCount(copying, about);
    await count.see(0);
    return count;
  }

  async see(rows: number): Promise<void> {
    this.rows += rows;
    await this.copying.onProgress({ ...this.about, rows: this.rows });
  }

  get report(): TableReport {
    const { written, removed } = this;
    return { table: this.about.table, written, removed };
  }
}
