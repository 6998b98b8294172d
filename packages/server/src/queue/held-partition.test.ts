import { expect, test } from 'bun:test';
import { HeldPartition, type HeldPartitionOptions } from './held-partition.ts';
import { queueLimits, type DeliveryHandler } from './queue.ts';
import { head, typing, versionOf } from './sample-deliveries.ts';

interface Entry {
  readonly text: string;
  readonly version: number;
}

/** What an engine would keep of one partition: entries, notes, dead letters. */
class Engine {
  readonly finished: number[] = [];
  readonly dead: number[] = [];
  readonly notes: number[] = [];
  isLost = false;

  hold(handler: DeliveryHandler, options: Partial<HeldPartitionOptions<Entry>> = {}): HeldPartition<Entry> {
    const { note = async (tries: number) => void this.notes.push(tries) } = options;
    return new HeldPartition({
      handler,
      retryDelayMs: 0,
      triesNoted: this.notes.at(-1) ?? 0,
      finish: (entries) => void this.finished.push(...entries.map(({ version }) => version)),
      bury: async ({ version }) => void this.dead.push(version),
      onLost: () => (this.isLost = true),
      ...options,
      note,
    });
  }
}

/** A handler that tells when it got so many, and what came together. */
function taking(expected: number): { handler: DeliveryHandler; got: Promise<unknown[][]> } {
  const batches: unknown[][] = [];
  const reached = Promise.withResolvers<unknown[][]>();
  const handler: DeliveryHandler = async (batch) => {
    batches.push(batch.map(versionOf));
    if (batches.flat().length >= expected) reached.resolve(batches);
  };
  return { handler, got: reached.promise };
}

function add(partition: HeldPartition<Entry>, ...versions: number[]): void {
  for (const version of versions) partition.add({ text: JSON.stringify(head(1, version)), version });
}

test('Q6 what comes in one turn goes together, and is noted before', async () => {
  const engine = new Engine();
  const { handler, got } = taking(3);
  const partition = engine.hold(handler);
  add(partition, 1, 2, 3);
  expect(await got).toEqual([[1, 2, 3]]);
  await partition.giveUp();
  expect(engine.finished).toEqual([1, 2, 3]);
  expect(engine.notes).toEqual([1, 0]);
});

test('Q3 what was in hand when a consumer ended comes together the second time', async () => {
  const engine = new Engine();
  engine.notes.push(1);
  const { handler, got } = taking(3);
  const partition = engine.hold(handler);
  add(partition, 1, 2);
  await Promise.resolve();
  add(partition, 3);
  expect(await got).toEqual([[1, 2, 3]]);
  await partition.stop();
  expect(engine.notes).toEqual([1, 2]);
});

test('Q3 after that it comes one by one, each noted for itself', async () => {
  const engine = new Engine();
  engine.notes.push(2);
  const { handler, got } = taking(2);
  const partition = engine.hold(handler);
  add(partition, 1, 2);
  expect(await got).toEqual([[1], [2]]);
  await partition.stop();
  expect(engine.notes).toEqual([2, 3, 3]);
});

test(`Q3 the first one is dead when ${queueLimits.triesMax} consumers ended over it, and the others are not`, async () => {
  const engine = new Engine();
  engine.notes.push(queueLimits.triesMax);
  const { handler, got } = taking(1);
  const partition = engine.hold(handler);
  add(partition, 1, 2);
  expect(await got).toEqual([[2]]);
  await partition.stop();
  expect(engine.dead).toEqual([1]);
  expect(engine.finished).toEqual([1, 2]);
});

test('Q3 D15 a consumer that ends with nothing in hand leaves no tries to what comes next', async () => {
  const engine = new Engine();
  engine.notes.push(queueLimits.triesMax - 1);
  const until = async (count: number): Promise<void> => {
    while (engine.finished.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const ended = engine.hold(taking(1).handler);
  add(ended, 1);
  await until(1);
  const partition = engine.hold(taking(1).handler);
  add(partition, 2);
  await until(2);
  await Promise.all([ended.stop(), partition.stop()]);
  expect([engine.finished, engine.dead]).toEqual([[1, 2], []]);
});

test('Q2 without its note nothing is handed over, and the partition is lost', async () => {
  const engine = new Engine();
  let calls = 0;
  const handler: DeliveryHandler = async () => void calls++;
  const partition = engine.hold(handler, { note: () => Promise.reject(new Error('not here')) });
  add(partition, 1);
  while (!engine.isLost) await new Promise((resolve) => setImmediate(resolve));
  await partition.stop();
  expect([calls, engine.finished]).toEqual([0, []]);
});

test('Q8 when there is no room for what was handed on, all of that is given up, and it goes on', async () => {
  const engine = new Engine();
  const got: unknown[] = [];
  const given: unknown[] = [];
  const all = Promise.withResolvers<void>();
  const handler: DeliveryHandler = async ([delivery]) => {
    const version = delivery && versionOf(delivery);
    if (got.push(version) === 5) all.resolve();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    return { done, giveUp: () => (given.push(version), resolve()) };
  };
  const partition = engine.hold(handler, { handedOnMax: 2 });
  for (let version = 1; version <= 5; version++) {
    add(partition, version);
    while (got.length < version) await new Promise((resolve) => setImmediate(resolve));
  }
  await all.promise;
  await partition.stop();
  expect(given).toEqual([1, 2, 3, 4]);
  expect(engine.finished).toEqual([1, 2, 3, 4]);
  expect(partition.taken).toBe(1);
});

test('Q8 one that is tried alone and never done holds up nothing', async () => {
  const engine = new Engine();
  engine.notes.push(2);
  const { handler, got } = taking(3);
  const given: (() => void)[] = [];
  const partition = engine.hold(async (batch) => {
    await handler(batch);
    const { promise: done, resolve: giveUp } = Promise.withResolvers<void>();
    given.push(giveUp);
    return { done, giveUp };
  });
  add(partition, 1, 2, 3);
  expect(await got).toEqual([[1], [2], [3]]);
  while (engine.finished.length < 3) {
    for (const giveUp of given) giveUp();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await partition.stop();
  expect(engine.dead).toEqual([]);
});

test('Q3 Q8 one that ends its consumers goes to the dead letters, whatever is never done before it', async () => {
  const engine = new Engine();
  engine.notes.push(2);
  const endless: DeliveryHandler = async (batch) =>
    batch.some((delivery) => versionOf(delivery) === 1) ? { done: new Promise(() => undefined) } : undefined;
  for (let consumers = 0; engine.dead.length < 2; consumers++) {
    if (consumers === 10) throw new Error('It is never found out.');
    const ended = Promise.withResolvers<void>();
    const partition = engine.hold(
      async (batch) => {
        if (!batch.some((delivery) => versionOf(delivery) === 2)) return endless(batch);
        ended.resolve();
        return new Promise(() => undefined);
      },
      { bury: async ({ version }) => void (engine.dead.push(version) === 2 && ended.resolve()) },
    );
    add(partition, ...[1, 2].filter((version) => !engine.finished.includes(version)));
    await ended.promise;
    void partition.stop();
  }
  expect(engine.dead).toEqual([1, 2]);
});

test(`Q3 Q8 one that is handed on in vain ${queueLimits.triesMax} times goes to the dead letters with its last error`, async () => {
  const engine = new Engine();
  const told = Promise.withResolvers<unknown>();
  let tries = 0;
  const handler: DeliveryHandler = async () => ({ done: Promise.reject(new Error(`no ${++tries}`)) });
  const partition = engine.hold(handler, { bury: async (_entry, error) => told.resolve(error) });
  add(partition, 1);
  expect(await told.promise).toHaveProperty('message', `no ${queueLimits.triesMax}`);
  await partition.stop();
  expect([tries, partition.taken]).toEqual([queueLimits.triesMax, 0]);
});

test('Q3 D9 ephemeral entries that were refused are not tried again', async () => {
  const engine = new Engine();
  const { handler, got } = taking(1);
  let isFirst = true;
  const partition = engine.hold(async (batch) => {
    if (!isFirst) return handler(batch);
    isFirst = false;
    throw new Error('not now');
  });
  partition.add({ text: JSON.stringify(typing(1)), version: 1 });
  add(partition, 2);
  expect(await got).toEqual([[2]]);
  await partition.stop();
  expect([engine.finished, engine.dead]).toEqual([[1, 2], []]);
});

test('Q7 what is tried again is left when it stops', async () => {
  const engine = new Engine();
  const started = Promise.withResolvers<void>();
  const handler: DeliveryHandler = () => {
    started.resolve();
    return Promise.reject(new Error('not now'));
  };
  const partition = engine.hold(handler, { retryDelayMs: 60_000 });
  add(partition, 1, 2);
  await started.promise;
  await partition.giveUp();
  expect([engine.finished, engine.dead, partition.taken]).toEqual([[], [], 2]);
  expect(engine.notes.at(-1)).toBe(0);
});
