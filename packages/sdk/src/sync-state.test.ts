import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ParleyError } from '@parley/protocol';
import { otherId, World } from '../test/sync-world.ts';
import { advance, findRow, hasGap, isBehind, windowRowsMax, type SyncState } from './sync-state.ts';

type Step = (world: World) => void;
const size = fc.integer({ min: 1, max: 6 });
const any = fc.nat({ max: 1_000 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: any.map(
      (n): Step =>
        (world) =>
          world.onTheWay.push({ type: 'push', change: world.log.append(otherId, `other-${world.log.version}-${n}`) }),
    ),
  },
  {
    weight: 3,
    arbitrary: any.map(
      (n): Step =>
        (world) =>
          world.log.messages.length > 0 &&
          world.onTheWay.push({ type: 'push', change: world.log.edit((n % world.log.messages.length) + 1) }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((world) => world.onTheWay.push({ type: 'push', change: world.log.rename() })),
  },
  {
    weight: 1,
    arbitrary: any.map(
      (n): Step =>
        (world) =>
          hide(world, n),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.boolean().map(
      (reaches): Step =>
        (world) =>
          world.send(reaches),
    ),
  },
  {
    weight: 12,
    arbitrary: any.map(
      (n): Step =>
        (world) =>
          world.onTheWay.length > 0 && world.deliver(n),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((world) => world.onTheWay.length > 0 && world.deliver(0)) },
  {
    weight: 2,
    arbitrary: any.map(
      (n): Step =>
        (world) =>
          world.onTheWay.length > 0 && world.onTheWay.splice(n % world.onTheWay.length, 1),
    ),
  },
  {
    weight: 2,
    arbitrary: any.map(
      (n): Step =>
        (world) =>
          world.onTheWay.length > 0 && world.arrive(world.onTheWay[n % world.onTheWay.length]!),
    ),
  },
  {
    weight: 3,
    arbitrary: size.map(
      (limit): Step =>
        (world) =>
          world.onTheWay.push({
            type: 'synced',
            after: world.state.version,
            page: world.log.sync(world.state.version, limit),
          }),
    ),
  },
  {
    weight: 3,
    arbitrary: size.map(
      (limit): Step =>
        (world) =>
          older(world, limit),
    ),
  },
  {
    weight: 3,
    arbitrary: size.map(
      (limit): Step =>
        (world) =>
          newer(world, limit),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(any, size).map(
      ([n, limit]): Step =>
        (world) =>
          around(world, n, limit),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.apply({ type: 'head', version: world.log.version })) },
  { weight: 1, arbitrary: fc.constant<Step>((world) => reconnect(world)) },
);

function hide(world: World, n: number): void {
  if (world.log.messages.length === 0) return;
  const seq = (n % world.log.messages.length) + 1;
  world.log.hidden.add(seq);
  world.onTheWay.push({ type: 'hidden', seq });
}

function older(world: World, limit: number): void {
  const first = world.state.rows[0]?.seq ?? world.state.end + 1;
  world.onTheWay.push({ type: 'page', mode: 'older', page: world.log.page(Math.max(1, first - limit), first - 1) });
}

function newer(world: World, limit: number): void {
  world.onTheWay.push({
    type: 'page',
    mode: 'newer',
    page: world.log.page(world.state.end + 1, world.state.end + limit),
  });
}

function around(world: World, n: number, limit: number): void {
  const last = world.log.messages.length;
  const to = last - (last === 0 ? 0 : n % last);
  world.onTheWay.push({ type: 'page', mode: 'replace', page: world.log.page(Math.max(1, to - limit), to) });
}

function reconnect(world: World): void {
  world.onTheWay.length = 0;
  for (const clientMsgId of world.unacked) world.transmit(clientMsgId);
}

function expectFresh({ state, log }: World): void {
  const first = state.rows[0]?.seq ?? state.end + 1;
  expect(state.rows).toEqual(log.messages.slice(first - 1, state.end));
  if (!state.hasNewer) expect(state.end).toBe(log.messages.length);
  if (state.end < log.messages.length) expect(state.hasNewer).toBe(true);
  if (first > 1 && state.rows.length > 0) expect(state.hasOlder).toBe(true);
  for (const row of state.rows) expect(state.hidden.has(row.seq)).toBe(log.hidden.has(row.seq));
  expect(state.pending).toEqual([]);
  expect(state.version).toBe(log.version);
}

describe('sync state', () => {
  test('I15 any interleaving of pushes, pages, sends and reconnects ends in the state of a fresh fetch', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 120, size: 'max' }), (run) => {
        const world = new World();
        for (const step of run) step(world);
        world.settle();
        expectFresh(world);
      }),
      { numRuns: 2_000 },
    );
  });

  test('D4 a push is applied iff it is the next; one behind a gap waits until the gap is filled', () => {
    const world = new World();
    const [one, two, three] = [
      world.log.append(otherId, 'a'),
      world.log.append(otherId, 'b'),
      world.log.append(otherId, 'c'),
    ];
    world.apply({ type: 'push', change: one });
    world.apply({ type: 'push', change: three });
    expect([seqsOf(world.state), hasGap(world.state), isBehind(world.state)]).toEqual([[1], true, true]);
    world.apply({ type: 'push', change: two });
    world.apply({ type: 'push', change: two });
    expect([seqsOf(world.state), hasGap(world.state), isBehind(world.state)]).toEqual([[1, 2, 3], false, false]);
  });

  test('D5 the stored message replaces its echo, whichever of push and ack comes first', () => {
    for (const order of [
      [0, 0],
      [1, 0],
    ]) {
      const world = new World();
      world.send(true);
      expect(world.state.pending).toHaveLength(1);
      for (const index of order) world.deliver(index);
      expect([seqsOf(world.state), world.state.pending]).toEqual([[1], []]);
    }
  });

  test('D7 a head that is ahead asks for a sync', () => {
    const world = new World();
    world.log.append(otherId, 'lost');
    world.apply({ type: 'head', version: 1 });
    expect([isBehind(world.state), hasGap(world.state)]).toEqual([true, false]);
  });

  test('a refused message stays as failed, can be queued again and be discarded', () => {
    const world = new World();
    world.send(false);
    world.apply({ type: 'refused', clientMsgId: 'own-1', error: new ParleyError('muted') });
    expect(world.state.pending[0]).toMatchObject({ state: 'failed', error: { code: 'muted' } });
    world.apply({
      type: 'queued',
      pending: { clientMsgId: 'own-1', content: { type: 'text', text: 'own-1' }, createdAt: 0, state: 'sending' },
    });
    expect(world.state.pending).toHaveLength(1);
    world.apply({ type: 'discarded', clientMsgId: 'own-1' });
    expect(world.state.pending).toEqual([]);
  });

  test('a window that reaches the end drops its oldest messages beyond the maximum', () => {
    const world = new World();
    for (let n = 0; n < windowRowsMax + 5; n++)
      world.state = advance(world.state, { type: 'push', change: world.log.append(otherId, `m${n}`) });
    expect([world.state.rows.length, world.state.rows[0]?.seq, world.state.hasOlder]).toEqual([windowRowsMax, 6, true]);
    expect(findRow(world.state, 6)?.clientMsgId).toBe('m5');
    expect(findRow(world.state, 5)).toBeUndefined();
  });

  test('D13 what retention removed leaves the window with the next sync', () => {
    const world = new World();
    for (const id of ['a', 'b', 'c']) world.apply({ type: 'push', change: world.log.append(otherId, id) });
    world.apply({ type: 'synced', after: 3, page: { ...world.log.sync(3, 10), minSeq: 3 } });
    expect([seqsOf(world.state), world.state.hasOlder]).toEqual([[3], false]);
  });

  test('a reset keeps what waits to be sent', () => {
    const world = new World();
    world.send(false);
    world.apply({ type: 'reset' });
    expect([world.state.isLoaded, world.state.pending.length]).toEqual([false, 1]);
  });
});

function seqsOf(state: SyncState): number[] {
  return state.rows.map((row) => row.seq);
}
