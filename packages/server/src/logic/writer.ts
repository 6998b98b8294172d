import type { Ack } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Delivery, MessageContext, Topic } from '../delivery.ts';
import type { Tables } from '../store/schema.ts';
import type { CursorMove, CursorOutcome, NewMessage } from '../store/store.ts';

/**
 * The one place of a process that raises versions, so that what it commits first it also enqueues first: pushes of a
 * conversation leave in version order. [D3]
 *
 * Takes everything that waits as one `store.commit`, then the changes that wait, then the next. A lone entry is not
 * delayed, and while one commit runs the next batch gathers. What resolves is committed and its deliveries are enqueued. [D1]
 * Bounded: beyond `waitingMax` entries everything rejects with `busy`. A store that cannot be written rejects all that
 * waits with `unavailable`: not stored, never will be. A commit whose deliveries could not be enqueued rejects with
 * `deadline-exceeded`: stored, but not acked; a retry finds it and enqueues again. [D2, D11]
 */
export interface Writer extends AsyncDisposable {
  /**
   * Appends a message; its `message.changed` goes to the conversation's topic.
   * @throws ParleyError the refusal of this message.
   */
  append(message: NewMessage, context: MessageContext): Promise<Appended>;
  /** Moves a user's cursors; `cursor.moved` goes to these topics if they moved. */
  moveCursor(move: CursorMove, topics: readonly Topic[]): Promise<CursorOutcome>;
  /**
   * Runs `work` as one `store.write` in its turn, and enqueues the deliveries it returns before those of anything later.
   * Every change of a conversation beside new messages goes through here. `work` must not call the writer: it would wait for itself.
   * @throws whatever `work` throws; then nothing was done.
   */
  change<T>(work: ChangeWork<T>): Promise<T>;
}

export interface Appended {
  readonly ack: Ack;
  /** It was stored by an earlier attempt. */
  readonly isRepeat: boolean;
}

export type ChangeWork<T> = (tx: Transaction<Tables>) => Promise<Changed<T>>;

export interface Changed<T> {
  readonly result: T;
  readonly deliveries: readonly Delivery[];
}
