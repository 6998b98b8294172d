import { ParleyError } from '@parley/protocol';
import { topicOf, type Delivery, type MessageContext, type Topic } from '../delivery.ts';
import type { AppendOutcome, CommitOutcome, CursorMove, CursorOutcome, NewMessage, Store } from '../store/store.ts';
import { changedDelivery } from './changed-delivery.ts';
import { EnqueueLine } from './enqueue-line.ts';
import { sentMessageView } from './message-view.ts';
import type { Appended, ChangeWork, Writer } from './writer.ts';

export const writerLimits = {
  /** Messages, and cursors, of one commit. */
  batchMax: 1_024,
  /** Full batches of one turn of the event loop: while more is sent than can be done, a turn is long, and most of it is reading. [F18] */
  batchesPerTurn: 8,
  /** Changes between two commits, so that neither starves the other. */
  changesPerTurn: 32,
  /** Entries not yet answered. `busy` */
  waitingMax: 16_384,
  retryAfterMs: 200,
} as const;

export interface WriterParts {
  readonly store: Pick<Store, 'commit' | 'write' | 'db'>;
  /** Hands deliveries to the queue; called one at a time. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  /** Called after each commit and change. */
  onChanged?(): void;
  readonly waitingMax?: number;
}

export function createWriter(parts: WriterParts): Writer {
  return new GroupCommitWriter(parts);
}

type Waiter<T> = PromiseWithResolvers<T>;

interface WaitingMessage {
  readonly message: NewMessage;
  readonly context: MessageContext;
  readonly waiter: Waiter<Appended>;
}

interface WaitingCursor {
  readonly move: CursorMove;
  readonly topics: readonly Topic[];
  readonly waiter: Waiter<CursorOutcome>;
}

interface WaitingChange {
  readonly work: ChangeWork<unknown>;
  readonly waiter: Waiter<unknown>;
}

interface Batch {
  readonly messages: readonly WaitingMessage[];
  readonly cursors: readonly WaitingCursor[];
}

class GroupCommitWriter implements Writer {
  private readonly parts: WriterParts;
  private readonly line: EnqueueLine;
  private readonly waitingMax: number;
  private messages: WaitingMessage[] = [];
  private cursors: WaitingCursor[] = [];
  private changes: WaitingChange[] = [];
  /** Accepted and not answered, those whose deliveries are on their way to the queue included. */
  private unanswered = 0;
  private isRunning = false;
  private isClosed = false;
  private running: Promise<void> = Promise.resolve();

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.line = new EnqueueLine((deliveries) => parts.enqueue(deliveries));
    this.waitingMax = parts.waitingMax ?? writerLimits.waitingMax;
  }

  append(message: NewMessage, context: MessageContext): Promise<Appended> {
    const waiter = Promise.withResolvers<Appended>();
    if (this.admits(waiter)) this.messages.push({ message, context, waiter });
    return waiter.promise;
  }

  moveCursor(move: CursorMove, topics: readonly Topic[]): Promise<CursorOutcome> {
    const waiter = Promise.withResolvers<CursorOutcome>();
    if (this.admits(waiter)) this.cursors.push({ move, topics, waiter });
    return waiter.promise;
  }

  change<T>(work: ChangeWork<T>): Promise<T> {
    const waiter = Promise.withResolvers<T>();
    if (this.admits(waiter)) this.changes.push({ work, waiter: waiter as Waiter<unknown> });
    return waiter.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    await this.running;
    await this.line.idle();
  }

  private admits(waiter: { reject(error: ParleyError): void }): boolean {
    if (this.isClosed) waiter.reject(new ParleyError('unavailable', 'The server is shutting down.'));
    else if (this.unanswered >= this.waitingMax)
      waiter.reject(new ParleyError('busy', undefined, { retryAfterMs: writerLimits.retryAfterMs }));
    else return this.start();
    return false;
  }

  private start(): true {
    this.unanswered++;
    if (!this.isRunning) {
      this.isRunning = true;
      this.running = this.run();
    }
    return true;
  }

  private async run(): Promise<void> {
    do {
      // After the microtasks of this tick, so that all that arrived together is committed together; 1.3 µs, not a timer.
      await new Promise<void>((resolve) => void setImmediate(resolve));
      await this.commitBatches();
      await this.runChanges();
    } while (this.messages.length + this.cursors.length + this.changes.length > 0);
    this.isRunning = false;
  }

  private async commitBatches(): Promise<void> {
    let left: number = writerLimits.batchesPerTurn;
    do await this.commitWaiting();
    while (--left > 0 && this.messages.length >= writerLimits.batchMax);
  }

  private async commitWaiting(): Promise<void> {
    const batch = {
      messages: this.messages.splice(0, writerLimits.batchMax),
      cursors: this.cursors.splice(0, writerLimits.batchMax),
    };
    if (batch.messages.length + batch.cursors.length === 0) return;
    let outcome: CommitOutcome;
    try {
      outcome = await this.parts.store.commit({
        messages: batch.messages.map((entry) => entry.message),
        cursors: batch.cursors.map((entry) => entry.move),
      });
    } catch (error) {
      this.refuse([...batch.messages, ...batch.cursors], error);
      return;
    }
    this.parts.onChanged?.();
    await this.publish(batch, outcome);
  }

  /** Waits for the deliveries to be in line, not for the queue: the next commit runs while they are on their way. */
  private async publish(batch: Batch, outcome: CommitOutcome): Promise<void> {
    let enqueued: Promise<void>;
    try {
      enqueued = this.line.push(await this.deliveriesOf(batch, outcome));
    } catch (error) {
      enqueued = Promise.reject(error);
    }
    void enqueued.then(
      () => this.answer(batch, outcome),
      (error: unknown) => this.leaveInDoubt([...batch.messages, ...batch.cursors], error),
    );
  }

  private async deliveriesOf(batch: Batch, outcome: CommitOutcome): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const [index, entry] of batch.messages.entries()) {
      const result = outcome.messages[index];
      if (result?.ok !== true) continue;
      const delivery = result.isRepeat ? await this.repeatDelivery(entry) : messageDelivery(entry, result);
      if (delivery !== undefined) deliveries.push(delivery);
    }
    for (const [index, entry] of batch.cursors.entries())
      addCursorDeliveries(deliveries, entry, outcome.cursors[index]);
    return deliveries;
  }

  /**
   * The first attempt may have ended between its commit and its enqueueing, so a repeat delivers again; as the message is
   * now, because it may have been edited or recalled since, and to whom it was for. [D8]
   */
  private async repeatDelivery({ message, context }: WaitingMessage): Promise<Delivery | undefined> {
    const { db } = this.parts.store;
    const row = await db
      .selectFrom('messages')
      .selectAll()
      .where('sender_id', '=', message.senderId)
      .where('conversation_id', '=', message.conversationId)
      .where('client_msg_id', '=', message.clientMsgId)
      .executeTakeFirst();
    const place = await db
      .selectFrom('conversations')
      .select(['id', 'kind', 'seq', 'version'])
      .where('id', '=', message.conversationId)
      .executeTakeFirst();
    if (row === undefined || place === undefined) return undefined;
    const delivery = await changedDelivery(db, place, row);
    return delivery.push.push === 'message.changed' ? { ...delivery, context } : delivery;
  }

  private answer(batch: Batch, outcome: CommitOutcome): void {
    this.unanswered -= batch.messages.length + batch.cursors.length;
    for (const [index, { waiter }] of batch.messages.entries()) {
      const result = outcome.messages[index];
      if (result === undefined) waiter.reject(new Error('The store answered fewer outcomes than entries.'));
      else if (result.ok) waiter.resolve(result);
      else waiter.reject(new ParleyError(result.code));
    }
    for (const [index, { waiter }] of batch.cursors.entries()) waiter.resolve(outcome.cursors[index]);
  }

  private async runChanges(): Promise<void> {
    for (let left = writerLimits.changesPerTurn; left > 0; left--) {
      const entry = this.changes.shift();
      if (entry === undefined) return;
      await this.runChange(entry);
    }
  }

  private async runChange({ work, waiter }: WaitingChange): Promise<void> {
    try {
      const { result, deliveries } = await this.parts.store.write(work);
      this.parts.onChanged?.();
      void this.line.push(deliveries).then(
        () => this.resolve(waiter, result),
        (error: unknown) => this.leaveInDoubt([{ waiter }], error),
      );
    } catch (error) {
      this.refuse([{ waiter }], error);
    }
  }

  private resolve(waiter: Waiter<unknown>, result: unknown): void {
    this.unanswered--;
    waiter.resolve(result);
  }

  /** Nothing of these was stored. When the store cannot be written, what waits behind them is told at once, too. [D11] */
  private refuse(entries: readonly Refusable[], error: unknown): void {
    this.reject(entries, error);
    if (!(error instanceof ParleyError) || error.code !== 'unavailable') return;
    this.reject([...this.messages, ...this.cursors, ...this.changes], error);
    this.messages = [];
    this.cursors = [];
    this.changes = [];
  }

  /** Committed, but not known to be enqueued: neither an ack nor a refusal would be true. */
  private leaveInDoubt(entries: readonly Refusable[], cause: unknown): void {
    this.reject(entries, new ParleyError('deadline-exceeded', undefined, { cause }));
  }

  private reject(entries: readonly Refusable[], error: unknown): void {
    this.unanswered -= entries.length;
    for (const { waiter } of entries) waiter.reject(error);
  }
}

interface Refusable {
  readonly waiter: { reject(error: unknown): void };
}

/** Who joins a group sees nothing of before, who is removed nothing of after. [D8] */
function fenceOf({ kind }: MessageContext): Pick<Delivery, 'isFenced'> {
  return kind === 'group' ? { isFenced: true } : {};
}

function messageDelivery(
  { message, context }: WaitingMessage,
  { ack }: Extract<AppendOutcome, { ok: true }>,
): Delivery {
  return {
    topic: topicOf.conversation(message.conversationId),
    push: { push: 'message.changed', message: sentMessageView(message, ack) },
    context,
    ...fenceOf(context),
  };
}

function addCursorDeliveries(deliveries: Delivery[], { move, topics }: WaitingCursor, outcome: CursorOutcome): void {
  if (outcome?.hasMoved !== true) return;
  const { deliveredSeq, readSeq } = outcome;
  const push = {
    push: 'cursor.moved',
    conversationId: move.conversationId,
    userId: move.userId,
    deliveredSeq,
    readSeq,
  } as const;
  for (const topic of topics) deliveries.push({ topic, push });
}
