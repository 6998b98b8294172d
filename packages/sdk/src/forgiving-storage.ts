import type { EventOf, KeyValueStorage } from './contract.ts';
import type { Environment } from './environment.ts';

/** A storage that takes longer is taken for one that refuses. */
export const storageTimeoutMs = 5_000;

type Report = (event: EventOf<'storage'>) => void;

/**
 * Never fails and never hangs: what the storage refuses is held in memory, so that only its durability is lost, until it takes again. Writes of one key happen in the
 * order they were asked for, whatever the storage promises.
 */
export class ForgivingStorage implements KeyValueStorage {
  readonly #environment: Pick<Environment, 'after'>;
  readonly #storage: KeyValueStorage;
  readonly #report: Report;
  /** What could not be written; undefined: could not be deleted. */
  readonly #refused = new Map<string, string | undefined>();
  readonly #writes = new Map<string, Promise<void>>();
  #isRefusing = false;

  constructor(environment: Pick<Environment, 'after'>, storage: KeyValueStorage, report: Report) {
    this.#environment = environment;
    this.#storage = storage;
    this.#report = report;
  }

  async get(key: string): Promise<string | undefined> {
    await this.#writes.get(key);
    if (this.#refused.has(key)) return this.#refused.get(key);
    return this.#read(() => this.#storage.get(key), undefined);
  }

  set(key: string, value: string): Promise<void> {
    return this.#write(key, value);
  }

  delete(key: string): Promise<void> {
    return this.#write(key, undefined);
  }

  async keys(prefix: string): Promise<readonly string[]> {
    await Promise.all(this.#writes.values());
    const kept = await this.#read(() => this.#storage.keys(prefix), []);
    const keys = new Set(kept);
    for (const [key, value] of this.#refused)
      if (value === undefined) keys.delete(key);
      else if (key.startsWith(prefix)) keys.add(key);
    return [...keys];
  }

  async #read<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await this.#inTime(read());
    } catch (error) {
      this.#report({ type: 'storage', problem: 'unreadable', error: asError(error) });
      return otherwise;
    }
  }

  async #write(key: string, value: string | undefined): Promise<void> {
    const before = this.#writes.get(key);
    const writing = before === undefined ? this.#attempt(key, value) : before.then(() => this.#attempt(key, value));
    this.#writes.set(key, writing);
    await writing;
    if (this.#writes.get(key) === writing) this.#writes.delete(key);
  }

  async #attempt(key: string, value: string | undefined): Promise<void> {
    try {
      await this.#inTime(value === undefined ? this.#storage.delete(key) : this.#storage.set(key, value));
      this.#refused.delete(key);
      // Forgetting is possible on a full disk as well.
      if (this.#isRefusing && value !== undefined) this.#tryRefused();
    } catch (error) {
      this.#refused.set(key, value);
      if (!this.#isRefusing) this.#report({ type: 'storage', problem: 'not-kept', error: asError(error) });
      this.#isRefusing = true;
    }
  }

  /** It takes again: what it refused is kept after all. */
  #tryRefused(): void {
    this.#isRefusing = false;
    for (const [key, value] of this.#refused) void this.#write(key, value);
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = this.#environment.after(storageTimeoutMs, () =>
      reject(new Error('The storage did not answer in time.')),
    );
    return Promise.race([work, promise]).finally(stop);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The storage refused.', { cause: error });
}
