import type { RunSql, ServerConnection } from './server-connection.ts';

export const indexStepLimits = {
  /** Changed messages, and conversations, one step takes in. */
  messagesPerStep: 256,
  /** See `indexInSteps`. */
  restPerStep: 1,
} as const;

export interface Pending {
  readonly conversation_id: number;
  readonly after_version: number;
  readonly version: number;
}

export interface ChangedMessage {
  readonly id: string;
  readonly conversation_id: number;
  readonly seq: number;
  readonly version: number;
  readonly sender_id: number;
  readonly content: string;
  readonly created_at: number;
}

/** A conversation and the version up to which the index has it now. */
export interface TakenIn {
  readonly id: number;
  readonly version: number;
}

/** What a step does, in an engine's own statements. */
export interface IndexStatements {
  /** Begins a transaction that only one of all that work on the database has at a time. */
  begin(connection: ServerConnection): Promise<void>;
  /** Conversations that wait, with the version they had at that moment. */
  findPending(run: RunSql): Promise<readonly Pending[]>;
  /** Their changed messages, conversation by conversation, each in the order of its versions. */
  findChanged(run: RunSql, pending: readonly Pending[]): Promise<readonly ChangedMessage[]>;
  /** Puts them in the index, in place of what it had of them. */
  write(run: RunSql, changed: readonly ChangedMessage[]): Promise<void>;
  /** Removes those from `search_pending` that nobody is committing to and that have no later version. */
  finish(run: RunSql, taken: readonly TakenIn[]): Promise<void>;
  /** Notes how far the index is with those that are still there. */
  advance(run: RunSql, taken: readonly TakenIn[]): Promise<void>;
}

/**
 * Keeps the search index up to the log, as one of all that work on the database. Every change leaves its conversation in
 * `search_pending`, with the version the index has; a step takes in the messages that changed after it. [S11]
 * @returns true when that was all.
 */
export async function indexStep(connection: ServerConnection, statements: IndexStatements): Promise<boolean> {
  await statements.begin(connection);
  const isAll = await takeIn(connection.run, statements);
  await connection.query('commit');
  return isAll;
}

async function takeIn(run: RunSql, statements: IndexStatements): Promise<boolean> {
  const pending = await statements.findPending(run);
  if (pending.length === 0) return true;
  const changed = await statements.findChanged(run, pending);
  await statements.write(run, changed);
  const isCut = changed.length >= indexStepLimits.messagesPerStep;
  const taken = isCut ? lastOf(changed) : pending.map(({ conversation_id: id, version }) => ({ id, version }));
  // A conversation of a step that was cut is taken in up to its last message here, and asked about once more. Of any other
  // all was seen that there was when the step began; what came later is seen by the next one.
  if (!isCut) await statements.finish(run, taken);
  await statements.advance(run, taken);
  return !isCut && pending.length < indexStepLimits.messagesPerStep;
}

function lastOf(changed: readonly ChangedMessage[]): TakenIn[] {
  const versions = new Map(changed.map(({ conversation_id, version }) => [conversation_id, version]));
  return [...versions].map(([id, version]) => ({ id, version }));
}
