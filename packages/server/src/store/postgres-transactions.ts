import { ParleyError } from '@parley/protocol';
import type { ConnectionPool } from './connection-pool.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Writing } from './server-store.ts';
import type { Transactions, WriteMode } from './transactions.ts';
import { unavailable } from './unavailable.ts';

export const doubtLimits = {
  /** How often the server is asked what became of a transaction, while it says that it is still at it. */
  questionsMax: 20,
  questionIntervalMs: 25,
} as const;

/** Advisory locks, the same for all that work on one database: `changes` is had alone by `write` and shared by commits. */
export const postgresLocks = { changes: 0x9a_71_e9_01, index: 0x9a_71_e9_02, servers: 0x9a_71_e9_03 } as const;

/** Sees one state from its first statement to its last. */
export const postgresReads: Transactions = {
  begin: async (connection) => void (await connection.query('begin isolation level repeatable read read only')),
  commit: async (connection) => void (await connection.query('commit')),
};

/** Writes of any node one after the other, and none beside a commit of messages: what they read is still so when they write. */
export function postgresChanges({ pool, mode }: Writing): Transactions {
  return {
    begin: async (connection) => {
      await beginWrite(connection, mode);
      await connection.query('select pg_advisory_xact_lock($1::bigint)', [postgresLocks.changes]);
    },
    commit: async (connection) => {
      const { rows } = await connection.query<{ readonly xid: string | null }>(
        'select pg_current_xact_id_if_assigned()::text as xid',
      );
      await commitKnown(connection, pool, rows[0]?.xid ?? undefined);
    },
  };
}

export async function beginWrite(connection: ServerConnection, { isReadOnly }: WriteMode): Promise<void> {
  await connection.queryAlong(isReadOnly ? 'begin read only' : 'begin');
}

/**
 * Commits. When the connection is lost meanwhile, another one asks the server whether it was undone, because neither an ack nor
 * a refusal may be a guess. `xid` is undefined when nothing was written.
 * @throws ParleyError `unavailable`: surely undone. `deadline-exceeded`: not known. [D1]
 */
export async function commitKnown(
  connection: ServerConnection,
  pool: ConnectionPool,
  xid: string | undefined,
): Promise<void> {
  try {
    const { command } = await connection.queryAlong('commit');
    if (command !== 'COMMIT') throw new Error('The transaction went on after one of its statements had failed.');
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    if (xid === undefined || connection.isOpen) throw error;
    const fate = await fateOf(pool, xid).catch(() => undefined);
    if (fate === 'aborted') throw unavailable(error.cause);
    // A database that crashed may give the number of what it lost to somebody else, so `committed` proves nothing. [F5]
    throw new ParleyError('deadline-exceeded', undefined, { cause: error });
  }
}

function fateOf(pool: ConnectionPool, xid: string): Promise<string | undefined> {
  return pool.use(async (connection) => {
    for (let question = 0; question < doubtLimits.questionsMax; question++) {
      const { rows } = await connection.query<{ readonly fate: string }>(
        'select pg_xact_status($1::text::xid8) as fate',
        [xid],
      );
      if (rows[0]?.fate !== 'in progress') return rows[0]?.fate;
      await Bun.sleep(doubtLimits.questionIntervalMs);
    }
    return undefined;
  });
}
