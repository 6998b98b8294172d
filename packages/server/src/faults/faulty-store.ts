import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type {
  AppendOutcome,
  CommitBatch,
  CommitOutcome,
  NewMessage,
  SearchHit,
  SearchQuery,
  Store,
} from '../store/store.ts';
import type { Faults } from './faults.ts';

/** A store that passes fault points around what it writes. Inside `commit` only its adapter can: it is given a hook for it. */
export class FaultyStore implements Store {
  readonly db: Kysely<Tables>;
  private readonly store: Store;
  private readonly faults: Faults;

  constructor(store: Store, faults: Faults) {
    this.db = store.db;
    this.store = store;
    this.faults = faults;
  }

  async write<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    await this.faults.at('commit.before');
    const result = await this.store.write(async (tx) => {
      const result = await work(tx);
      await this.faults.at('commit.inside');
      return result;
    });
    await this.faults.at('commit.after');
    return result;
  }

  async commit(batch: CommitBatch): Promise<CommitOutcome> {
    if (batch.cursors.length > 0) await this.faults.at('cursor.before');
    await this.faults.at('commit.before');
    const outcome = await this.store.commit(batch);
    await this.faults.at('commit.after');
    return outcome;
  }

  append(tx: Transaction<Tables>, message: NewMessage): Promise<AppendOutcome> {
    return this.store.append(tx, message);
  }

  nextVersion(tx: Transaction<Tables>, conversationId: number, now: number): Promise<number> {
    return this.store.nextVersion(tx, conversationId, now);
  }

  search(query: SearchQuery): Promise<readonly SearchHit[]> {
    return this.store.search(query);
  }

  index(): Promise<void> {
    return this.store.index();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
