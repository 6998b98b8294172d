import { ParleyError } from '@parley/protocol';
import type { ConnectionPool } from './connection-pool.ts';
import { serverLimits, type ServerConnection } from './server-connection.ts';
import type { Writing } from './server-store.ts';
import { rollBack, type Transactions, type WriteMode } from './transactions.ts';
import { unavailable } from './unavailable.ts';

/** Rows of `store_locks`: `write` has the first alone, commits share it; the second is the indexing one's. */
export const mySqlLocks = { changes: 'changes', index: 'index' } as const;

const writersPerCleanUp = 100;
/** Much longer than a connection is used, whose row must not go while it commits. */
const keepWritersMs = 24 * serverLimits.ageMsMax;

export const lockAlone = 'select name from store_locks where name = ? for update';
export const lockShared = 'select name from store_locks where name = ? lock in share mode';
const noteWrite = `insert into store_writers (id, number) values (?, ?)
  on duplicate key update number = values(number)`;
/**
 * Waits for a transaction that is still at it. InnoDB shows a commit before it is on the disk, so the number is not only
 * looked at: once it is known to be taken away, what it stood for has outlived any crash. [F5]
 */
const takeWrite = 'delete from store_writers where id = ? and number = ?';

/** Sees one state from its first statement to its last. */
export const mySqlReads: Transactions = {
  begin: async (connection) => void (await connection.query('start transaction with consistent snapshot, read only')),
  commit: async (connection) => void (await connection.query('commit')),
};

/** Writes of any node one after the other, and none beside a commit of messages: what they read is still so when they write. */
export function mySqlChanges({ pool, mode }: Writing): Transactions {
  return {
    begin: async (connection) => {
      await beginWrite(connection, mode);
      await connection.query(lockAlone, [mySqlLocks.changes]);
    },
    commit: (connection) => commitKnown(connection, pool),
  };
}

export async function beginWrite(connection: ServerConnection, { isReadOnly }: WriteMode): Promise<void> {
  await connection.query(isReadOnly ? 'start transaction read only' : 'start transaction');
}

/**
 * Commits, leaving the number of the transaction in the row of its connection. When the outcome is not heard, another
 * connection looks whether the number is there, because neither an ack nor a refusal may be a guess.
 * @throws ParleyError `unavailable`: surely undone. `deadline-exceeded`: not known. [D1]
 */
export async function commitKnown(connection: ServerConnection, pool: ConnectionPool): Promise<void> {
  const number = connection.nextNumber();
  await connection.query(noteWrite, [connection.id, number]);
  try {
    await connection.query('commit');
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    await rollBack(connection);
    const isThere = await isWritten(pool, [connection.id, number]).catch(() => undefined);
    if (isThere === false) throw unavailable(error.cause);
    if (isThere === undefined) throw new ParleyError('deadline-exceeded', undefined, { cause: error });
  }
}

function isWritten(pool: ConnectionPool, note: readonly [id: string, number: number]): Promise<boolean> {
  return pool.use(async (connection) => (await connection.query(takeWrite, note)).count === 1);
}

/** Removes the rows of connections that were opened long ago. */
export async function cleanUpWriters(connection: ServerConnection): Promise<void> {
  const before = Bun.randomUUIDv7('hex', Date.now() - keepWritersMs);
  await connection.query('start transaction');
  const rows = await connection.run<{ readonly id: string }>(
    `select id from store_writers where id < ? limit ${writersPerCleanUp} for update skip locked`,
    [before],
  );
  for (const { id } of rows) await connection.query('delete from store_writers where id = ?', [id]);
  await connection.query('commit');
}
