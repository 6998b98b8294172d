import type { Tick } from './tick.ts';

/** Whoever has something to write at the end of a tick. */
export interface Writing {
  flush(): void;
}

/** Those that have something to write at the end of this tick. */
export class Outbox {
  private readonly tick: Tick;
  private waiting = new Set<Writing>();

  constructor(tick: Tick) {
    this.tick = tick;
  }

  add(writing: Writing): void {
    this.waiting.add(writing);
    this.tick.wake();
  }

  flush(): void {
    if (this.waiting.size === 0) return;
    const { waiting } = this;
    this.waiting = new Set();
    for (const writing of waiting) writing.flush();
  }
}
