import type { KeyValueStorage } from './contract.ts';

const storeName = 'entries';
const schemaVersion = 1;
/** Opening hangs on some browsers after a crash, and while another page holds an older version. */
const openTimeoutMs = 4_000;
/** What versions before IndexedDB kept in localStorage. */
const earlierPrefixes = ['parley:session', 'parley:outbox:'];

type Step = (store: IDBObjectStore) => unknown;

/**
 * Kept in the browser’s IndexedDB. What is written in one turn is one transaction, flushed to the disk before it resolves.
 * Rejects where the browser refuses: private windows, a full disk, a database of a later version.
 */
export function indexedDbStorage(name = 'parley'): KeyValueStorage {
  return new IndexedDbStorage(name);
}

/** The steps of one turn and what becomes of them. */
class Batch {
  readonly steps: Step[] = [];
  readonly done = Promise.withResolvers<void>();
  isWriting = false;
}

class IndexedDbStorage implements KeyValueStorage {
  readonly #name: string;
  #database: Promise<IDBDatabase> | undefined;
  #batch: Batch | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get(key: string): Promise<string | undefined> {
    return this.#read((store) => store.get(key) as IDBRequest<string | undefined>);
  }

  set(key: string, value: string): Promise<void> {
    return this.#write((store) => store.put(value, key));
  }

  delete(key: string): Promise<void> {
    return this.#write((store) => store.delete(key));
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const found = (await this.#read((store) => store.getAllKeys(rangeOf(prefix)))) ?? [];
    return found.filter((key) => typeof key === 'string');
  }

  async #read<T>(ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
    const asked: { request?: IDBRequest<T> } = {};
    await this.#add((store) => (asked.request = ask(store))).done.promise;
    return asked.request?.result;
  }

  async #write(step: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const batch = this.#add(step);
    batch.isWriting = true;
    await batch.done.promise;
  }

  #add(step: Step): Batch {
    let batch = this.#batch;
    if (batch === undefined) {
      batch = this.#batch = new Batch();
      const begun = batch;
      queueMicrotask(() => void this.#run(begun));
    }
    batch.steps.push(step);
    return batch;
  }

  async #run(batch: Batch): Promise<void> {
    try {
      const database = await this.#open();
      // Those that came while it opened go along.
      this.#batch = undefined;
      await committed(database, batch);
      batch.done.resolve();
    } catch (error) {
      if (this.#batch === batch) this.#batch = undefined;
      if (isClosed(error)) this.#database = undefined;
      batch.done.reject(error);
    }
  }

  async #open(): Promise<IDBDatabase> {
    const opening = (this.#database ??= openDatabase(this.#name, () => (this.#database = undefined)));
    try {
      return await opening;
    } catch (error) {
      // Asked again by whatever comes next.
      if (this.#database === opening) this.#database = undefined;
      throw error;
    }
  }
}

/** Keys sort by their UTF-16 units, of which `\uffff` is the last and no character. */
function rangeOf(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

/** The connection went away without a word. */
function isClosed(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}

function committed(database: IDBDatabase, { steps, isWriting }: Batch): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const transaction = database.transaction(storeName, isWriting ? 'readwrite' : 'readonly', { durability: 'strict' });
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(refusal(transaction.error));
  const store = transaction.objectStore(storeName);
  for (const step of steps) step(store);
  return promise;
}

async function openDatabase(name: string, lost: () => void): Promise<IDBDatabase> {
  const { promise, resolve, reject } = Promise.withResolvers<IDBDatabase>();
  const request = indexedDB.open(name, schemaVersion);
  const timer = setTimeout(() => reject(refusal(null)), openTimeoutMs);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  request.onerror = () => reject(refusal(request.error));
  request.onsuccess = () => {
    const database = request.result;
    // A later version of the page wants to change it, or the person cleared it: the next use opens it anew.
    database.onversionchange = () => (database.close(), lost());
    database.onclose = lost;
    resolve(database);
  };
  try {
    const database = await promise;
    // What cannot be taken over now stays where it is until the next time.
    await takeOverEarlier(database).catch(() => undefined);
    return database;
  } catch (error) {
    // It may still open, and must not stand in the way of others.
    request.onsuccess = () => request.result.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Whatever an earlier version kept, once; also what one of its pages that is still open writes meanwhile. */
async function takeOverEarlier(database: IDBDatabase): Promise<void> {
  const earlier = earlierEntries();
  if (earlier.length === 0) return;
  const batch = new Batch();
  batch.isWriting = true;
  // What is here already is newer.
  for (const [key, value] of earlier) batch.steps.push((store) => addUnlessKnown(store, key, value));
  await committed(database, batch);
  for (const [key] of earlier) localStorage.removeItem(key);
}

function addUnlessKnown(store: IDBObjectStore, key: string, value: string): void {
  const request = store.getKey(key);
  request.onsuccess = () => {
    if (request.result === undefined) store.put(value, key);
  };
}

function earlierEntries(): readonly (readonly [string, string])[] {
  try {
    return Object.entries(localStorage as unknown as Record<string, string>).filter(([key]) =>
      earlierPrefixes.some((prefix) => key.startsWith(prefix)),
    );
  } catch {
    // Forbidden: then nothing was kept there.
    return [];
  }
}

function refusal(cause: DOMException | null): Error {
  return new Error('The browser’s storage refuses.', { cause });
}
