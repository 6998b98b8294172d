import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stretch } from '../checker/with-stretches.ts';
import { pause } from './crowd.ts';

const everyMs = 250;
/** Ordinary disks take milliseconds. One that takes this long holds up every commit, which is no fault of the server. */
const lateMs = 500;
const page = new Uint8Array(4_096);

export interface Disk {
  /** Resolves when a page is safe, as a commit does. */
  writePage(): Promise<void>;
  close(): Promise<void>;
}

/** Notices when the disk itself does not keep up, by writing a page to it again and again. */
export class DiskWatch implements AsyncDisposable {
  readonly stretches: Stretch[] = [];
  private readonly disk: Disk;
  private readonly nowMs: () => number;
  private readonly stopping = new AbortController();
  private readonly watching: Promise<void>;

  /** @param nowMs the history’s clock */
  constructor(disk: Disk, nowMs: () => number) {
    this.disk = disk;
    this.nowMs = nowMs;
    this.watching = this.watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.watching;
    await this.disk.close();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const fromMs = this.nowMs();
      await this.disk.writePage();
      const toMs = this.nowMs();
      if (toMs - fromMs > lateMs) this.stretches.push({ fromMs: fromMs - everyMs, toMs: toMs + everyMs });
      await pause(everyMs, signal);
    }
  }
}

/** The disk that the data of servers under test is on. */
export async function temporaryDisk(): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-disk-'));
  const file = await open(join(folder, 'page'), 'w');
  return {
    async writePage() {
      await file.write(page, 0, page.length, 0);
      await file.sync();
    },
    async close() {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
