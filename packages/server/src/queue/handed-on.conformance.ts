import { expect, test } from 'bun:test';
import { queueLimits, type HandedOn, type Queue } from './queue.ts';
import { head, versionOf } from './sample-deliveries.ts';
import { Taken } from './taken.ts';

/** As much as any engine takes in one call, however busy the machine is. */
const handedOnMany = 1_000;

/** What is waited for holds up nothing. [Q8] */
export function handedOnConformance(open: (bounds?: { readonly handedOnMax: number }) => Promise<Queue>): void {
  test('Q8 what is handed on holds up nothing, and counts as taken until it is done', async () => {
    const queue = await open();
    const taken = new Taken();
    const release = Promise.withResolvers<void>();
    await queue.consume(async (batch) => {
      await taken.handler(batch);
      return batch.some((delivery) => versionOf(delivery) === 1) ? { done: release.promise } : undefined;
    });
    await queue.enqueue([head(1, 1)]);
    await taken.count(1);
    await queue.enqueue([head(1, 2), head(1, 3)]);
    await taken.count(3);
    await eventually(async () => (await queue.depth()).taken === 1);
    expect(taken.versionsOf(1)).toEqual([1, 2, 3]);
    release.resolve();
    await eventually(async () => (await queue.depth()).taken === 0);
    expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
  });

  test('Q8 however much is handed on and never done, its partition goes on', async () => {
    const queue = await open({ handedOnMax: handedOnMany });
    const taken = new Taken();
    const total = 6 * handedOnMany;
    await queue.consume(async (batch) => {
      await taken.handler(batch);
      return endless();
    });
    for (let version = 1; version <= total; version += handedOnMany)
      await queue.enqueue(Array.from({ length: handedOnMany }, (_, index) => head(1, version + index)));
    await taken.count(total);
    expect(taken.versionsOf(1)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });

  test('Q8 what was handed on in vain comes again, and the rest goes on', async () => {
    const queue = await open();
    const taken = new Taken();
    const failed = Promise.withResolvers<void>();
    let isFirst = true;
    await queue.consume(async (batch) => {
      await taken.handler(batch);
      if (!isFirst) return;
      isFirst = false;
      return { done: failed.promise };
    });
    await queue.enqueue([head(1, 1), head(1, 2)]);
    await taken.count(2);
    await queue.enqueue([head(1, 3)]);
    await taken.count(3);
    failed.reject(new Error('not there'));
    await taken.count(5);
    await queue.enqueue([head(1, 4)]);
    await taken.count(6);
    expect(taken.versionsOf(1)).toEqual([1, 2, 3, 1, 2, 4]);
    await eventually(async () => (await queue.depth()).taken === 0);
    expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
  });

  test('Q8 what is tried again and never done holds up nothing', async () => {
    const queue = await open();
    const taken = new Taken();
    let isFirst = true;
    await queue.consume(async (batch) => {
      await taken.handler(batch);
      if (!isFirst) return batch.some((delivery) => versionOf(delivery) === 1) ? endless() : undefined;
      isFirst = false;
      throw new Error('not now');
    });
    await queue.enqueue([head(1, 1)]);
    await taken.count(2);
    await queue.enqueue([head(1, 2)]);
    await taken.count(3);
    expect(taken.versionsOf(1)).toEqual([1, 1, 2]);
  });

  test('Q8 what was handed on in vain comes again, whatever is never done, and the rest goes on', async () => {
    const queue = await open();
    const taken = new Taken();
    const failed = Promise.withResolvers<void>();
    await queue.consume(async (batch) => {
      const isFailing = batch.some((delivery) => versionOf(delivery) === 2) && !taken.versionsOf(1).includes(2);
      await taken.handler(batch);
      return isFailing ? { done: failed.promise } : endless();
    });
    for (let version = 1; version <= 2; version++) {
      await queue.enqueue([head(1, version)]);
      await taken.count(version);
    }
    failed.reject(new Error('not there'));
    await taken.count(3);
    await queue.enqueue([head(1, 3)]);
    await taken.count(4);
    expect(taken.versionsOf(1)).toEqual([1, 2, 2, 3]);
  });

  test('Q3 Q8 what is always handed on in vain goes to the dead letters', async () => {
    const queue = await open();
    let tries = 0;
    await queue.consume(async () => {
      tries++;
      return { done: Promise.reject(new Error('poison')) };
    });
    await queue.enqueue([head(1, 1)]);
    await eventually(async () => (await queue.depth()).dead === 1);
    expect(tries).toBe(queueLimits.triesMax);
    expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 1 });
  });
}

/** Of a node that hangs. */
function endless(): HandedOn {
  const { promise: done, resolve: giveUp } = Promise.withResolvers<void>();
  return { done, giveUp };
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}
