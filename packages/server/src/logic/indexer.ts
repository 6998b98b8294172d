import type { Store } from '../store/store.ts';

export const indexerLimits = {
  /** From a change to the start of the indexing that takes it in: gathers, and stays within the second of rule S11. */
  delayMs: 400,
} as const;

/** Keeps the search index at most a second behind the log, so that it never slows a send. */
export interface Indexer extends AsyncDisposable {
  /** Says that something changed. Costs nothing when an indexing is already due. */
  poke(): void;
}

/** Also takes in at once what a crash left out. A failed run is tried again after the next delay. */
export function startIndexer(store: Pick<Store, 'index'>, delayMs: number = indexerLimits.delayMs): Indexer {
  const indexer = new BackgroundIndexer(store, delayMs);
  indexer.poke();
  return indexer;
}

class BackgroundIndexer implements Indexer {
  private readonly store: Pick<Store, 'index'>;
  private readonly delayMs: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | undefined;
  private isDue = false;
  private isClosed = false;

  constructor(store: Pick<Store, 'index'>, delayMs: number) {
    this.store = store;
    this.delayMs = delayMs;
  }

  poke(): void {
    if (this.isDue || this.isClosed) return;
    this.isDue = true;
    if (this.running === undefined) this.schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, this.delayMs);
  }

  private async run(): Promise<void> {
    this.isDue = false;
    try {
      await this.store.index();
    } catch {
      this.isDue = true;
    }
    this.running = undefined;
    if (this.isDue && !this.isClosed) this.schedule();
  }
}
