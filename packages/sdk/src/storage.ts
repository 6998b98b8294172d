import type { KeyValueStorage } from './contract.ts';

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

/** Kept by the browser. A full or forbidden storage loses durability, never a message that is on its way. */
export function webStorage(storage: Storage): KeyValueStorage {
  return {
    get: async (key) => storage.getItem(key) ?? undefined,
    set: async (key, value) => {
      try {
        storage.setItem(key, value);
      } catch {
        // Full: the outbox lives on in memory.
      }
    },
    delete: async (key) => storage.removeItem(key),
    keys: async (prefix) => Object.keys(storage).filter((key) => key.startsWith(prefix)),
  };
}

/** The browser's where there is one, else memory. */
export function defaultStorage(): KeyValueStorage {
  try {
    // Node has a localStorage of its own that needs a file; only a page's is meant here.
    if (typeof document !== 'undefined') return webStorage(globalThis.localStorage);
  } catch {
    // Forbidden, as in some private windows.
  }
  return memoryStorage();
}
