import type { Delivery } from '../delivery.ts';

/**
 * Deliveries on their way from `logic` to `task`. Not the truth: losing all of it costs latency, never a message. [D15]
 *
 * Rules every adapter passes (`queue.conformance.ts`):
 * - Q1 Entries of one topic are taken in the order they were enqueued; an engine may carry ephemeral ones apart, in their own order. [D9]
 * - Q2 An entry is gone only after the handler's promise for its batch resolved; a rejected batch comes again (at least once).
 * - Q3 An entry that was tried 5 times goes to the dead letters, and the ones behind it go on. An ephemeral one is tried once. [D9]
 * - Q4 One topic is with one consumer at a time; a slow batch holds up its own partition only.
 * - Q5 Bounded: beyond `entriesMax` waiting entries ephemeral ones are dropped first, then `enqueue` rejects with `busy`. [D9, D11]
 * - Q6 A batch holds everything that waits in its partition, up to `batchMax`; a lone entry is not delayed.
 * - Q7 `close` stops taking, waits for the running handlers, and leaves the rest for another consumer; calls after it reject with `unavailable`.
 * - Q8 A batch the handler handed on lets its partition go on at once, and is gone only when `done` resolved; if it rejects, or the
 *   consumer ends before, the batch comes again, after later ones if need be. However much is never done, its partition goes on: where
 *   an engine has no room for it, it is given up.
 */
export interface Queue extends AsyncDisposable {
  /** Resolves when the queue holds all of them. Whole batch or nothing. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  /** Starts taking; one consumer per process. */
  consume(handler: DeliveryHandler): Promise<void>;
  /** Entries waiting, taken but not finished, and dead. */
  depth(): Promise<QueueDepth>;
  close(): Promise<void>;
}

export type DeliveryHandler = (batch: readonly Delivery[]) => Promise<HandedOn | void>;

/** The handler keeps the order of this batch from here on; what it waits for shall not hold up the ones behind it. */
export interface HandedOn {
  readonly done: Promise<void>;
  /** There is no room to wait for it: `done` resolves soon, whoever is waited for, and what is lost by that the heads repair. [D7] */
  giveUp?(): void;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly taken: number;
  readonly dead: number;
}

export const queueLimits = {
  entriesMax: 200_000,
  batchMax: 2_048,
  triesMax: 5,
  partitions: 16,
  /** Of a partition; with so many all of them are given up. An engine may have room for less. */
  handedOnMax: 65_536,
} as const;
