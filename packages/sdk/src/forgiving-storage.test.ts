import { describe, expect, test } from 'bun:test';
import { ScriptedServer } from '../test/scripted-server.ts';
import type { EventOf, KeyValueStorage } from './contract.ts';
import { ForgivingStorage, storageTimeoutMs } from './forgiving-storage.ts';
import { memoryStorage } from './storage.ts';

/** A storage that refuses and waits as it is told, and what becomes of it. */
function start() {
  const time = new ScriptedServer();
  const kept = memoryStorage();
  const told: EventOf<'storage'>['problem'][] = [];
  const state = { refuses: false, waits: Promise.resolve() };
  const may = async <T>(work: () => Promise<T>): Promise<T> => {
    const { refuses, waits } = state;
    await waits;
    if (refuses) throw new Error('The disk is full.');
    return work();
  };
  const storage: KeyValueStorage = {
    get: (key) => may(() => kept.get(key)),
    set: (key, value) => may(() => kept.set(key, value)),
    delete: (key) => may(() => kept.delete(key)),
    keys: (prefix) => may(() => kept.keys(prefix)),
  };
  const forgiving = new ForgivingStorage(time.environment, storage, ({ problem }) => told.push(problem));
  return { forgiving, kept, told, state, pass: (ms: number) => time.pass(ms) };
}

describe('a storage that is forgiven', () => {
  test('what it refuses to keep or to forget is so in memory all the same', async () => {
    const { forgiving, kept, told, state } = start();
    await forgiving.set('p:old', 'kept');
    state.refuses = true;
    await forgiving.set('p:new', 'refused');
    await forgiving.set('q:other', 'refused');
    await forgiving.delete('p:old');
    state.refuses = false;
    expect([await forgiving.get('p:new'), await forgiving.get('p:old')]).toEqual(['refused', undefined]);
    expect(await forgiving.keys('p:')).toEqual(['p:new']);
    expect(await kept.keys('')).toEqual(['p:old']);
    expect(told).toEqual(['not-kept']);
  });

  test('as soon as it takes again everything it refused is kept, and refusing is told of anew', async () => {
    const { forgiving, kept, told, state, pass } = start();
    state.refuses = true;
    for (const key of ['a', 'b', 'c']) await forgiving.set(key, key);
    state.refuses = false;
    await forgiving.set('d', 'd');
    await pass(0);
    expect(await kept.keys('')).toEqual(['d', 'a', 'b', 'c']);
    state.refuses = true;
    await forgiving.set('e', 'e');
    expect(told).toEqual(['not-kept', 'not-kept']);
  });

  test('the last write of a key counts, though the first takes longer', async () => {
    const { forgiving, kept, state, pass } = start();
    const slow = Promise.withResolvers<void>();
    state.waits = slow.promise;
    const writes = [forgiving.set('a', 'first')];
    state.waits = Promise.resolve();
    writes.push(forgiving.set('a', 'second'));
    await pass(0);
    slow.resolve();
    await Promise.all(writes);
    expect(await kept.get('a')).toBe('second');
  });

  test('one that never answers is not waited for, and what it cannot read is told of', async () => {
    const { forgiving, told, state, pass } = start();
    state.waits = new Promise(() => undefined);
    const [read, written] = [forgiving.get('a'), forgiving.set('b', 'b')];
    await pass(storageTimeoutMs);
    expect([await read, await written]).toEqual([undefined, undefined]);
    expect(told.toSorted()).toEqual(['not-kept', 'unreadable']);
    expect(await forgiving.get('b')).toBe('b');
  });
});
