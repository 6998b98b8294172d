import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { propertyRuns } from '../test/property-runs.ts';
import { otherId, World } from '../test/sync-world.ts';
import { windowRowsMax } from './sync-state.ts';

const slow = 60_000;
const stepsMax = 120;
const size = fc.integer({ min: 1, max: 6 });
const any = fc.nat({ max: 1_000 });

/** Something that happens; its name and number make a failure readable. */
type Step = readonly [name: keyof typeof happens, n: number, size: number];

const happens = {
  otherSends: ({ log, onTheWay }: World, n: number) =>
    void onTheWay.push({ type: 'push', change: log.append(otherId, `other-${log.version}-${n}`) }),
  edit: ({ log, onTheWay }: World, n: number) => {
    const message = pick(log.readable(), n);
    if (message !== undefined) onTheWay.push({ type: 'push', change: log.edit(message.seq) });
  },
  rename: ({ log, onTheWay }: World) => void onTheWay.push({ type: 'push', change: log.rename() }),
  hide: ({ log, onTheWay }: World, n: number) => {
    const message = pick(log.readable(), n);
    if (message === undefined) return;
    log.hidden.add(message.seq);
    onTheWay.push({ type: 'hidden', seq: message.seq });
  },
  send: (world: World, n: number) => world.send(n % 2 === 0),
  refuse: (world: World, n: number) => withOne(world.unacked, n, (id) => world.refuse(id)),
  retry: (world: World, n: number) => withOne([...world.failed], n, (id) => world.retry(id)),
  discard: (world: World, n: number) => withOne([...world.failed], n, (id) => world.discard(id)),
  deliverNext: (world: World) => withOne(world.onTheWay, 0, () => world.deliver(0)),
  deliverAny: (world: World, n: number) => withOne(world.onTheWay, n, () => world.deliver(n)),
  lose: ({ onTheWay }: World, n: number) => withOne(onTheWay, n, () => void onTheWay.splice(n % onTheWay.length, 1)),
  double: (world: World, n: number) =>
    withOne(world.onTheWay, n, (action) => {
      if (action.type !== 'refused') world.arrive(action);
    }),
  sync: ({ log, onTheWay, state }: World, _n: number, limit: number) =>
    void onTheWay.push({ type: 'synced', after: state.version, page: log.sync(state.version, limit) }),
  syncFromElsewhere: ({ log, onTheWay }: World, n: number, limit: number) => {
    const after = n % (log.version + 1);
    onTheWay.push({ type: 'synced', after, page: log.sync(after, limit) });
  },
  older: ({ log, onTheWay, state }: World, _n: number, limit: number) => {
    const first = state.rows[0]?.seq ?? state.end + 1;
    onTheWay.push({ type: 'page', mode: 'older', page: log.page(Math.max(1, first - limit), first - 1) });
  },
  newer: ({ log, onTheWay, state }: World, _n: number, limit: number) =>
    void onTheWay.push({ type: 'page', mode: 'newer', page: log.page(state.end + 1, state.end + limit) }),
  overlapping: ({ log, onTheWay, state }: World, n: number, limit: number) => {
    const from = Math.max(1, state.end - (n % 8));
    onTheWay.push({ type: 'page', mode: n % 2 === 0 ? 'newer' : 'older', page: log.page(from, from + limit) });
  },
  around: ({ log, onTheWay }: World, n: number, limit: number) => {
    // Never empty where there is something to read.
    const from = log.minSeq + (n % Math.max(1, log.last - log.minSeq + 1));
    onTheWay.push({ type: 'page', mode: 'replace', page: log.page(from, Math.min(log.last, from + limit)) });
  },
  head: (world: World) => world.apply({ type: 'head', version: world.log.version }),
  reconnect: (world: World) => world.reconnect(),
  reset: (world: World) => world.apply({ type: 'reset' }),
  /** Retention, or membership lost and gained again while away. */
  fence: ({ log }: World, n: number) => {
    log.minSeq = Math.min(log.last + 1, log.minSeq + (n % 5));
  },
} as const;

const weights: Record<keyof typeof happens, number> = {
  otherSends: 12,
  edit: 6,
  rename: 2,
  hide: 2,
  send: 8,
  refuse: 2,
  retry: 2,
  discard: 1,
  deliverNext: 8,
  deliverAny: 24,
  lose: 4,
  double: 4,
  sync: 6,
  syncFromElsewhere: 2,
  older: 6,
  newer: 6,
  overlapping: 3,
  around: 4,
  head: 2,
  reconnect: 2,
  reset: 1,
  fence: 1,
};

const steps: fc.Arbitrary<Step> = fc.oneof(
  ...Object.entries(weights).map(([name, weight]) => ({
    weight,
    arbitrary: fc.tuple(fc.constant(name as keyof typeof happens), any, size),
  })),
);

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items[n % Math.max(1, items.length)];
}

function withOne<T>(items: readonly T[], n: number, action: (item: T) => void): void {
  const item = pick(items, n);
  if (item !== undefined) action(item);
}

function expectFresh({ state, log, failed }: World): void {
  const first = state.rows[0]?.seq ?? state.end + 1;
  expect(state.rows).toEqual(log.messages.slice(first - 1, state.end));
  expect(first).toBeGreaterThanOrEqual(log.minSeq);
  if (!state.hasNewer) expect(state.end).toBe(log.last);
  if (state.end < log.last) expect(state.hasNewer).toBe(true);
  if (state.rows.length > 0) expect(state.hasOlder).toBe(first > log.minSeq);
  for (const row of state.rows) expect(state.hidden.has(row.seq)).toBe(log.hidden.has(row.seq));
  expect(state.pending.map((pending) => pending.clientMsgId).toSorted()).toEqual([...failed].toSorted());
  expect(state.version).toBe(log.version);
}

describe('I15 any interleaving of pushes, pages, sends, refusals, losses and resets ends in the state of a fresh fetch', () => {
  const law = (messages: number) =>
    fc.property(fc.array(steps, { maxLength: stepsMax, size: 'max' }), (run) => {
      const world = new World(messages);
      for (const [name, n, limit] of run) happens[name](world, n, limit);
      world.settle();
      expectFresh(world);
    });

  test('in a window that has room', () => fc.assert(law(0), propertyRuns(6_000)), slow);

  test('in a window that has to let messages go', () => fc.assert(law(windowRowsMax - 3), propertyRuns(50)), slow);
});
