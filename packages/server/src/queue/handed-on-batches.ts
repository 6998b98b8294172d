import type { HandedOn } from './queue.ts';

/** Batches of one partition that were handed on and are not done. When there are too many, all of them are given up, so that it goes on. [Q8] */
export class HandedOnBatches {
  private readonly max: number;
  private readonly batches = new Map<readonly unknown[], HandedOn>();
  private count = 0;

  /** @param max entries */
  constructor(max: number) {
    this.max = max;
  }

  get isEmpty(): boolean {
    return this.batches.size === 0;
  }

  get isFull(): boolean {
    return this.count >= this.max;
  }

  add(batch: readonly unknown[], handedOn: HandedOn): void {
    this.batches.set(batch, handedOn);
    this.count += batch.length;
    if (this.isFull) this.giveUp();
  }

  delete(batch: readonly unknown[]): void {
    if (this.batches.delete(batch)) this.count -= batch.length;
  }

  giveUp(): void {
    for (const handedOn of this.batches.values()) handedOn.giveUp?.();
  }
}
