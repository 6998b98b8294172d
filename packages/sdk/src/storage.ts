import type { KeyValueStorage } from './contract.ts';
import { indexedDbStorage } from './indexed-db-storage.ts';

/** Kept as long as the process lives. */
export function memoryStorage(): KeyValueStorage {
  const entries = new Map<string, string>();
  return {
    get: async (key) => entries.get(key),
    set: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
    keys: async (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** Kept in the browser’s localStorage, about 5 MB for the whole origin. */
export function webStorage(storage: Storage): KeyValueStorage {
  return {
    get: async (key) => storage.getItem(key) ?? undefined,
    set: async (key, value) => storage.setItem(key, value),
    delete: async (key) => storage.removeItem(key),
    keys: async (prefix) => Object.keys(storage).filter((key) => key.startsWith(prefix)),
  };
}

/** IndexedDB where there is one, else memory. */
export function defaultStorage(): KeyValueStorage {
  // Other runtimes than a browser may have an IndexedDB of another kind; only a page's is meant here.
  return typeof document !== 'undefined' && 'indexedDB' in globalThis ? indexedDbStorage() : memoryStorage();
}
