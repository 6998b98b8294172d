import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { conversationIds, OutboxWorld, type Fate, type Written } from './outbox-world.ts';

const fates: readonly Fate[] = ['stored', 'lost', 'ack-lost', 'busy', 'refused', 'defect', 'cut-after', 'cut-before'];

type Step = (world: OutboxWorld) => void | Promise<void>;

const weighed = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });

const steps: fc.Arbitrary<Step> = fc.oneof(
  weighed(
    6,
    fc.constantFrom(...conversationIds).map((id) => (world) => world.send(id)),
  ),
  weighed(
    4,
    fc.constantFrom(0, 1, 20, 400, 5_000, 20_000).map((ms) => (world) => world.server.pass(ms)),
  ),
  weighed(
    3,
    fc.constantFrom(...fates).map((fate) => (world) => void world.fates.push(fate)),
  ),
  weighed(
    2,
    fc.boolean().map((isAway) => (world) => world.goAway(isAway)),
  ),
  weighed(
    2,
    fc.constant((world) => world.crash()),
  ),
  weighed(
    1,
    fc.constant((world) => world.lose()),
  ),
  weighed(
    1,
    fc.nat(50).map((index) => (world) => world.discard(index)),
  ),
  weighed(
    1,
    fc.constant((world) => world.retryAll()),
  ),
  weighed(
    1,
    fc.integer({ min: -1e9, max: 1e9 }).map((ms) => (world) => void (world.clockShiftMs += ms)),
  ),
  weighed(
    1,
    fc.constantFrom(0, 1, 300).map((ms) => (world) => void (world.storageDelayMs = ms)),
  ),
  weighed(
    1,
    fc.boolean().map((isFull) => (world) => world.fill(isFull)),
  ),
);

async function runsThrough(taken: readonly Step[]): Promise<OutboxWorld> {
  const world = new OutboxWorld();
  for (const step of taken) await step(world);
  await world.settle();
  return world;
}

test('D1 D2 D3 whatever is lost, refused or crashes: what was kept is stored once and in order, and shown so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60, size: 'max' }), async (taken) => {
      const world = await runsThrough(taken);
      for (const id of conversationIds) {
        const log = world.texts(id);
        const written = world.written.filter(({ conversationId }) => conversationId === id);
        expect(new Set(log).size).toBe(log.length);
        const owed = written.filter((one) => one.isKept && !one.wasRefused && !one.isDiscarded);
        expect(log).toEqual(expect.arrayContaining(owed.map(({ clientMsgId }) => clientMsgId)));
        // What a full storage could not forget comes back, later.
        const mayComeBack = ({ isDiscarded }: Written) => isDiscarded && world.wasStorageFull;
        const orderly = written
          .filter((one) => !one.wasRefused && !mayComeBack(one))
          .map(({ clientMsgId }) => clientMsgId);
        expect(log.filter((text) => orderly.includes(text))).toEqual(orderly.filter((text) => log.includes(text)));
        const items = world.items(id);
        expect(items.filter(({ seq }) => seq !== undefined).map(({ clientMsgId }) => clientMsgId)).toEqual(log);
        expect(items.filter(({ state }) => state === 'sending')).toEqual([]);
        const failed = items.filter(({ state }) => state === 'failed').map(({ clientMsgId }) => clientMsgId);
        if (!world.wasStorageFull) expect((await world.keptIds(id)).toSorted()).toEqual(failed.toSorted());
        for (const clientMsgId of failed) expect(log).not.toContain(clientMsgId);
      }
    }),
    { numRuns: 300 },
  );
}, 120_000);
