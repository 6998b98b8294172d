import type { ServerConnection } from './server-connection.ts';

/** How writing is done; faults change it. */
export interface WriteMode {
  /** Every write is refused by the server, as by one that stands by. */
  isReadOnly: boolean;
  /** Called within the open transaction of each `commit`, when everything is written. What it throws rolls back. */
  readonly insideCommit?: () => void;
  /** Whether that may do something: then what is written is to be there first. Absent: it may. */
  readonly isCommitWatched?: () => boolean;
}

/** How transactions of one kind begin and end. */
export interface Transactions {
  begin(connection: ServerConnection): Promise<void>;
  commit(connection: ServerConnection): Promise<void>;
}

/** For migrations: Kysely's migrator has a lock of its own. */
export const plainTransactions: Transactions = {
  begin: async (connection) => void (await connection.query('begin')),
  commit: async (connection) => void (await connection.query('commit')),
};

export async function rollBack(connection: ServerConnection): Promise<void> {
  if (!connection.isOpen) return;
  // Where that fails, the server does it when the connection ends.
  await connection.query('rollback').catch(() => connection.close());
}
