import { expect } from 'bun:test';
import type { Queue } from '../../src/queue/queue.ts';

/** Asks until it does not reject. */
export async function until(ask: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      await ask();
      return;
    } catch {
      await Bun.sleep(20);
    }
}

export async function emptied(queue: Queue): Promise<void> {
  await until(async () => expect(await queue.depth()).toMatchObject({ waiting: 0, taken: 0 }));
}
