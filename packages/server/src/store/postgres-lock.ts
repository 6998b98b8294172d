import { postgresWire } from './postgres-connection.ts';
import { postgresLocks } from './postgres-transactions.ts';
import { ServerConnection } from './server-connection.ts';
import { keepIf, serverLockLimits } from './server-lock.ts';

/** The lock of those that serve a database, alone or with all that share it: an advisory one. */
export async function takePostgresLock(url: string, isShared: boolean): Promise<ServerConnection | undefined> {
  const partS = serverLockLimits.forgetS / 3;
  const session = { tcp_keepalives_idle: partS, tcp_keepalives_interval: partS, tcp_keepalives_count: 2 };
  const lock = isShared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  return keepIf(await ServerConnection.open(postgresWire, { url, session }), async (connection) => {
    const { rows } = await connection.query<{ readonly isTaken: boolean }>(`select ${lock}($1::bigint) as "isTaken"`, [
      postgresLocks.servers,
    ]);
    return rows[0]?.isTaken === true;
  });
}
