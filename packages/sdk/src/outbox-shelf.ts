import type { KeyValueStorage } from './contract.ts';
import { decodeEntry, encodeEntry, type OutboxEntry } from './outbox-entry.ts';

const prefix = 'parley:outbox:';

export interface Shelved {
  /** In the order they were written. */
  readonly entries: readonly OutboxEntry[];
  /** Keys of what is damaged; it stays, for a version that can read it. */
  readonly unreadable: readonly string[];
}

/** Where the outbox of one account is kept. */
export class OutboxShelf {
  readonly #storage: KeyValueStorage;
  readonly #prefix: string;
  readonly #owner: string | undefined;

  /** `owner`: the client whose entries these are, of several on one storage. */
  constructor(storage: KeyValueStorage, ownId: number, owner: string | undefined) {
    this.#storage = storage;
    this.#prefix = `${prefix}${ownId}:`;
    this.#owner = owner;
  }

  async load(): Promise<Shelved> {
    const entries: OutboxEntry[] = [];
    const unreadable: string[] = [];
    await Promise.all(
      (await this.#storage.keys(this.#prefix)).map(async (key) => {
        const text = await this.#storage.get(key);
        if (text === undefined) return;
        const entry = decodeEntry(text);
        if (entry === undefined || this.#key(entry) !== key) unreadable.push(key);
        else entries.push(entry);
      }),
    );
    return { entries: entries.toSorted((a, b) => a.order - b.order), unreadable };
  }

  /** It is this client’s from now on. */
  keep(entry: OutboxEntry): Promise<void> {
    const { owner: _before, ...rest } = entry;
    const owned = this.#owner === undefined ? rest : { ...rest, owner: this.#owner };
    return this.#storage.set(this.#key(entry), encodeEntry(owned));
  }

  drop(entry: OutboxEntry): Promise<void> {
    return this.#storage.delete(this.#key(entry));
  }

  async clear(): Promise<void> {
    const keys = await this.#storage.keys(this.#prefix);
    await Promise.all(keys.map((key) => this.#storage.delete(key)));
  }

  #key({ conversationId, clientMsgId }: OutboxEntry): string {
    return `${this.#prefix}${conversationId}:${clientMsgId}`;
  }
}
