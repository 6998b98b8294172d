import { SQL } from 'bun';
import { isLost, toStoreError } from './postgres-errors.ts';
import { serverLimits, type ServerWire } from './server-connection.ts';

/** Connections to PostgreSQL, by `Bun.SQL`. */
export const postgresWire: ServerWire = {
  connect: ({ url, isReadOnly = false, deadlineMs, session = {} }, onclose) =>
    new SQL({
      url,
      max: 1,
      bigint: true,
      idleTimeout: 0,
      maxLifetime: 0,
      onclose,
      connection: {
        application_name: 'parley',
        statement_timeout: deadlineMs === undefined ? serverLimits.statementMs : 0,
        idle_in_transaction_session_timeout: serverLimits.idleInTransactionMs,
        ...(isReadOnly ? { default_transaction_read_only: 'on' } : {}),
        // What is acked survives power loss, whatever the server's default is. [D1]
        synchronous_commit: 'on',
        ...session,
      },
    }),
  // It has no place for U+0000, which becomes what half a surrogate pair becomes: it matches nothing else. [S10]
  parameterOf: (value) => (typeof value === 'string' ? value.replaceAll('\0', '\u{fffd}') : value),
  toStoreError,
  isLost,
  resultOf: ({ rows, count, command }) => (command === 'SELECT' ? { rows } : { rows, numAffectedRows: BigInt(count) }),
};
