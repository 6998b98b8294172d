export const copyLimits = {
  /** Rows that are read at a time, from each side, and written at a time. */
  rowsPerBatch: 500,
  /** Characters of one write: so a statement stays well within the deadline of every engine. */
  charsPerWrite: 1_000_000,
  /** Parts of a condition that removes rows: engines bound how deep one may be. */
  conditionsMax: 200,
  /** Of a write that the target was not able to do: lost connections and full queues pass. */
  triesMax: 6,
  retryMs: 250,
} as const;
