import { afterEach, describe, expect, test } from 'bun:test';
import type { KeyValueStorage } from './contract.ts';

export interface StorageHarness {
  /** The storage at a place; the same place holds what was kept there, after `close` as well. */
  open(place: string): Promise<KeyValueStorage & { close?(): Promise<void> }>;
  /** False for one that lives as long as its object. */
  readonly isLasting: boolean;
}

const strange = {
  '': 'an empty key',
  'line\nbreak "quoted" \\': 'line\nbreak "quoted" \\ \u0000 \u2028',
  'clé-键-🗝️': '值 👩‍👩‍👧',
  __proto__x: '{}',
  constructor: '',
} as const;

/** The rules of `KeyValueStorage`. Each storage's test calls this once. */
export function storageConformance(name: string, harness: StorageHarness): void {
  const opened: { close?(): Promise<void> }[] = [];
  const open = async (place: string): Promise<KeyValueStorage> => {
    const storage = await harness.open(place);
    opened.push(storage);
    return storage;
  };
  const again = async (place: string, storage: KeyValueStorage): Promise<KeyValueStorage> => {
    if (!harness.isLasting) return storage;
    await closeAll();
    return open(place);
  };
  const closeAll = async (): Promise<void> => {
    for (const storage of opened.splice(0)) await storage.close?.();
  };
  afterEach(closeAll);

  describe(`storage: ${name}`, () => {
    test('K1 what was set is got again, whatever text it is, also after a restart', async () => {
      const storage = await open('k1');
      for (const [key, value] of Object.entries(strange)) await storage.set(key, value);
      const later = await again('k1', storage);
      for (const [key, value] of Object.entries(strange)) expect(await later.get(key)).toBe(value);
      expect((await later.keys('')).toSorted()).toEqual(Object.keys(strange).toSorted());
      expect(await later.get('never set')).toBeUndefined();
    });

    test('K2 the last write of a key counts, in the order they were asked for', async () => {
      const storage = await open('k2');
      await Promise.all([
        storage.set('a', 'first'),
        storage.set('a', 'second'),
        storage.set('b', 'kept'),
        storage.delete('b'),
        storage.set('c', 'old'),
        storage.delete('c'),
        storage.set('c', 'new'),
      ]);
      const later = await again('k2', storage);
      expect(await Promise.all(['a', 'b', 'c'].map((key) => later.get(key)))).toEqual(['second', undefined, 'new']);
    });

    test('K3 deleting what is not there is no error', async () => {
      const storage = await open('k3');
      await storage.delete('nothing');
      await storage.set('x', '1');
      await storage.delete('x');
      await storage.delete('x');
      expect(await storage.keys('')).toEqual([]);
    });

    test('K4 keys lists exactly those that begin with the prefix', async () => {
      const storage = await open('k4');
      const keys = ['box:1:a', 'box:1:b', 'box:10:a', 'box:2:a', 'boy', 'bo', 'box:1:键'];
      for (const key of keys) await storage.set(key, key);
      expect((await storage.keys('box:1:')).toSorted()).toEqual(['box:1:a', 'box:1:b', 'box:1:键']);
      expect((await storage.keys('box:')).length).toBe(5);
      expect(await storage.keys('box:3')).toEqual([]);
    });

    test('K5 a full outbox is written at once and found whole', async () => {
      const storage = await open('k5');
      const keys = Array.from({ length: 5_000 }, (_, n) => `outbox:${n}`);
      await Promise.all(keys.map((key) => storage.set(key, key.repeat(20))));
      await Promise.all(keys.slice(0, 4_000).map((key) => storage.delete(key)));
      const later = await again('k5', storage);
      expect((await later.keys('outbox:')).toSorted()).toEqual(keys.slice(4_000).toSorted());
      const values = await Promise.all(keys.slice(4_000).map((key) => later.get(key)));
      expect(values).toEqual(keys.slice(4_000).map((key) => key.repeat(20)));
    }, 60_000);

    test('K6 a value may be as large as a frame', async () => {
      const storage = await open('k6');
      const value = '长'.repeat(65_536);
      await storage.set('large', value);
      expect(await (await again('k6', storage)).get('large')).toBe(value);
    });
  });
}
