import type { Ack, Content } from '@parley/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

/**
 * The durable truth. Everything `logic` knows it knows from here.
 *
 * Rules every adapter passes (`store.conformance.ts`):
 * - S1 What a resolved `write` or `commit` did survives SIGKILL and power loss, and is seen by every later read. [D1, I8]
 * - S2 A rejected `write` did nothing at all.
 * - S3 `commit` numbers seq and version 1, 2, 3 … per conversation in the order of the batch, without a hole, whatever runs at once. [D3]
 * - S4 The same (sender, conversation, clientMsgId) again answers the first ack when the body is the same, `client-msg-id-conflict` when not; also within one batch. [D2]
 * - S5 One refused entry of a batch does not disturb the others.
 * - S6 A message of someone who is no active member at the moment of the commit is refused with `not-member`. [D8]
 * - S7 Cursors only grow, and read ≤ delivered ≤ seq. [D4]
 * - S8 `createdAt` never goes back within a conversation, whatever the clock does. [D3]
 * - S9 A unique violation is `UniqueViolation`; a full disk, a lock that lasts or a lost server is `ParleyError('unavailable')`, and reads go on where they can. [D11]
 * - S10 Integers up to 2^53 − 1 come back as numbers; text comes back byte for byte, U+0000 excepted.
 * - S11 Search finds every message that was committed at least a second ago, words of two Chinese characters included, within the given conversations only.
 * - S12 After `close` every call rejects with `unavailable`; `close` twice is fine, and waits for what runs.
 */
export interface Store extends AsyncDisposable {
  /** Reads. Never waits for a writer. Write only through `write` and `commit`. */
  readonly db: Kysely<Tables>;

  /** One transaction: all of it durably done when this resolves, or nothing. Serialisable towards other writes of the same rows. Keep it short. */
  write<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T>;

  /**
   * The hot path: appends messages and moves cursors in one transaction (group commit). Callers pass everything that waits.
   * Resolves with one outcome per entry, in order.
   */
  commit(batch: CommitBatch): Promise<CommitOutcome>;

  /**
   * Appends one message inside `write`, with the next seq and version, whoever its sender is: for system messages, which
   * must be there exactly when the change they tell of is. S3, S4 and S8 hold.
   */
  append(tx: Transaction<Tables>, message: NewMessage): Promise<AppendOutcome>;

  /**
   * Raises a conversation's `version` by one inside `write` and returns the new one; locks the conversation until the end of it.
   * Also sets `changed_at`, and has the search index look again at the messages that get this `version`: nothing else is
   * needed to re-index an edited message or to erase a recalled one. [S11]
   */
  nextVersion(tx: Transaction<Tables>, conversationId: number, now: number): Promise<number>;

  /** Messages that match all words of the query, newest first, at most `limit`. An empty `conversationIds` finds nothing. */
  search(query: SearchQuery): Promise<readonly SearchHit[]>;

  /** Brings the search index up to the log, in bounded steps; resolves when there is nothing left to do. Called by `logic` in the background. */
  index(): Promise<void>;

  close(): Promise<void>;
}

export interface NewMessage {
  readonly conversationId: number;
  readonly senderId: number;
  readonly clientMsgId: string;
  /** Snowflake. */
  readonly id: string;
  readonly content: Content;
  readonly bodyHash: string;
  readonly replyTo?: number;
  /** Users that get a mention row. */
  readonly mentions?: readonly number[];
  readonly now: number;
}

export interface CursorMove {
  readonly conversationId: number;
  readonly userId: number;
  readonly deliveredSeq?: number;
  readonly readSeq?: number;
  readonly now: number;
}

export interface CommitBatch {
  readonly messages: readonly NewMessage[];
  readonly cursors: readonly CursorMove[];
}

export type AppendOutcome =
  | { readonly ok: true; readonly ack: Ack; /** The first ack of an earlier attempt. */ readonly isRepeat: boolean }
  | { readonly ok: false; readonly code: 'not-found' | 'not-member' | 'client-msg-id-conflict' };

/** Where the cursors stand after the move; `hasMoved` is false when they stood there already. Undefined: no active member. */
export type CursorOutcome =
  | { readonly deliveredSeq: number; readonly readSeq: number; readonly hasMoved: boolean }
  | undefined;

export interface CommitOutcome {
  readonly messages: readonly AppendOutcome[];
  readonly cursors: readonly CursorOutcome[];
}

export interface SearchQuery {
  readonly text: string;
  /** Searched conversations, each with the seq after which the searcher may read. */
  readonly scope: readonly { readonly conversationId: number; readonly afterSeq: number }[];
  readonly senderId?: number;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  /** Only ids below this one: the page after. */
  readonly beforeId?: string;
}

export interface SearchHit {
  readonly conversationId: number;
  readonly seq: number;
  readonly id: string;
}

/** Two rows with the same unique key. `constraint` is the table and columns as `table.column[,column]`. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
  readonly constraint: string;

  constructor(constraint: string, options?: ErrorOptions) {
    super(`unique: ${constraint}`, options);
    this.constraint = constraint;
  }
}
