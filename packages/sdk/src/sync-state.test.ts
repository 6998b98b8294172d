import { describe, expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { otherId, World } from '../test/sync-world.ts';
import { advance, echoesMax, findRow, hasGap, isBehind, windowRowsMax, type SyncState } from './sync-state.ts';

describe('sync state', () => {
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
      for (const index of order) {
        world.deliver(index);
        expect(world.state.rows.length + world.state.pending.length).toBe(1);
      }
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

  test('D8 who was put out and came back while away sees what follows, though what lies between is not theirs', () => {
    const world = new World(1);
    for (const id of ['between', 'after']) world.log.append(otherId, id);
    world.log.minSeq = 3;
    world.settle();
    expect([seqsOf(world.state), world.state.end, world.state.hasOlder]).toEqual([[3], 3, false]);
  });

  test('D13 a page from before retention does not bring back what it removed', () => {
    const world = new World(3);
    const early = world.log.page(1, 3);
    world.log.minSeq = 3;
    world.settle();
    for (const mode of ['older', 'newer', 'replace'] as const) world.apply({ type: 'page', mode, page: early });
    expect([seqsOf(world.state), world.state.hasOlder]).toEqual([[3], false]);
  });

  test('a reset keeps what waits to be sent', () => {
    const world = new World();
    world.send(false);
    world.send(true);
    world.deliver(1);
    world.apply({ type: 'reset' });
    expect([world.state.isLoaded, world.state.pending.map(({ clientMsgId }) => clientMsgId)]).toEqual([
      false,
      ['own-1'],
    ]);
  });

  test('a program that only writes does not gather what it wrote', () => {
    const world = new World();
    world.apply({ type: 'reset' });
    for (let n = 0; n < echoesMax + 5; n++) {
      world.send(true);
      world.deliver(world.onTheWay.length - 1);
    }
    expect([world.state.pending.length, world.state.pending[0]?.clientMsgId]).toEqual([echoesMax, 'own-6']);
  });
});

function seqsOf(state: SyncState): number[] {
  return state.rows.map((row) => row.seq);
}
