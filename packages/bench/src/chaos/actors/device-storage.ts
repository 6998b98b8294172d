import type { KeyValueStorage } from '@parley/sdk';

export interface StorageSession extends KeyValueStorage {
  readonly isOver: boolean;
  crash(): void;
}

/** As long as a write to a disk or a browser's database takes before it is safe. */
const writeMs = 3;

/**
 * What a device keeps over being closed and opened. A session of it is what one run of the program has in its hands: after
 * `crash` nothing of that run reaches the storage any more, not even what it had begun to write.
 */
export class DeviceStorage {
  readonly #entries = new Map<string, string>();

  session(): StorageSession {
    let isOver = false;
    const write = async (change: () => void): Promise<void> => {
      await Bun.sleep(writeMs);
      if (!isOver) change();
      else await new Promise<never>(() => undefined); // The program that waits for it is gone.
    };
    return {
      get isOver() {
        return isOver;
      },
      get: async (key) => this.#entries.get(key),
      set: (key, value) => write(() => this.#entries.set(key, value)),
      delete: (key) => write(() => this.#entries.delete(key)),
      keys: async (prefix) => [...this.#entries.keys()].filter((key) => key.startsWith(prefix)),
      crash: () => (isOver = true),
    };
  }
}
