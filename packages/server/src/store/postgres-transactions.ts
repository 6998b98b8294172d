import { ParleyError } from '@parley/protocol';
import type { PostgresConnection } from './postgres-connection.ts';
import { unavailable } from './postgres-errors.ts';
import type { PostgresPool } from './postgres-pool.ts';

export const doubtLimits = {
  /** How often the server is asked what became of a transaction, while it says that it is still at it. */
  questionsMax: 20,
  questionIntervalMs: 25,
} as const;

/** Advisory locks, the same for all that work on one database: `changes` is had alone by `write` and shared by commits. */
export const postgresLocks = { changes: 0x9a_71_e9_01, index: 0x9a_71_e9_02, servers: 0x9a_71_e9_03 } as const;

/** How writing is done; faults change it. */
export interface WriteMode {
  /** Every write is refused by the server, as by one that stands by. */
  isReadOnly: boolean;
  /** Called within the open transaction of each `commit`, when everything is written. What it throws rolls back. */
  readonly insideCommit?: () => void;
}

/** How transactions that read, and that write, begin and end. */
export interface PostgresTransactions {
  begin(connection: PostgresConnection): Promise<void>;
  commit(connection: PostgresConnection): Promise<void>;
}

/** Sees one state from its first statement to its last. */
export const readTransactions: PostgresTransactions = {
  begin: async (connection) => void (await connection.query('begin isolation level repeatable read read only')),
  commit: async (connection) => void (await connection.query('commit')),
};

/** Writes of any node one after the other, and none beside a commit of messages: what they read is still so when they write. */
export class ExclusiveTransactions implements PostgresTransactions {
  private readonly pool: PostgresPool;
  private readonly mode: WriteMode;

  constructor(pool: PostgresPool, mode: WriteMode) {
    this.pool = pool;
    this.mode = mode;
  }

  async begin(connection: PostgresConnection): Promise<void> {
    await beginWrite(connection, this.mode);
    await connection.query('select pg_advisory_xact_lock($1::bigint)', [postgresLocks.changes]);
  }

  async commit(connection: PostgresConnection): Promise<void> {
    const { rows } = await connection.query<{ readonly xid: string | null }>(
      'select pg_current_xact_id_if_assigned()::text as xid',
    );
    await commitKnown(connection, this.pool, rows[0]?.xid ?? undefined);
  }
}

export async function beginWrite(connection: PostgresConnection, { isReadOnly }: WriteMode): Promise<void> {
  await connection.query(isReadOnly ? 'begin read only' : 'begin');
}

export async function rollBack(connection: PostgresConnection): Promise<void> {
  if (!connection.isOpen) return;
  // Where that fails, the server does it when the connection ends.
  await connection.query('rollback').catch(() => connection.close());
}

/**
 * Commits. When the connection is lost meanwhile, another one asks the server what became of it, because neither an ack nor
 * a refusal may be a guess. `xid` is undefined when nothing was written.
 * @throws ParleyError `unavailable`: surely undone. `deadline-exceeded`: not known. [D1]
 */
export async function commitKnown(
  connection: PostgresConnection,
  pool: PostgresPool,
  xid: string | undefined,
): Promise<void> {
  try {
    const { command } = await connection.query('commit');
    if (command !== 'COMMIT') throw new Error('The transaction went on after one of its statements had failed.');
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    if (xid === undefined || connection.isOpen) throw error;
    const fate = await fateOf(pool, xid).catch(() => undefined);
    if (fate === 'aborted') throw unavailable(error.cause);
    if (fate !== 'committed') throw new ParleyError('deadline-exceeded', undefined, { cause: error });
  }
}

async function fateOf(pool: PostgresPool, xid: string): Promise<string | undefined> {
  const connection = await pool.acquire();
  try {
    for (let question = 0; question < doubtLimits.questionsMax; question++) {
      const { rows } = await connection.query<{ readonly fate: string }>(
        'select pg_xact_status($1::text::xid8) as fate',
        [xid],
      );
      if (rows[0]?.fate !== 'in progress') return rows[0]?.fate;
      await Bun.sleep(doubtLimits.questionIntervalMs);
    }
    return undefined;
  } finally {
    pool.release(connection);
  }
}
