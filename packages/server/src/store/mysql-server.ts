import { SQL } from 'bun';
import { isLost, toStoreError, type UniqueKeys } from './mysql-errors.ts';
import { serverLimits, ServerConnection, type ConnectionOptions, type ServerWire } from './server-connection.ts';

/** What a server is, as far as it matters here. */
export interface MySqlServer {
  readonly isMariaDb: boolean;
  readonly version: string;
  /** Compares by code points, spaces at the end included. */
  readonly collation: string;
  /** What it does not promise that we do. */
  readonly warnings: readonly string[];
}

interface Settings {
  readonly version: string;
  readonly flush: number;
  readonly has_binlog: number;
  readonly sync_binlog: number;
}

const oldest = { mariaDb: [10, 6], mySql: [8, 0] } as const;
const askSettings = `select version() as version, @@innodb_flush_log_at_trx_commit as flush, @@log_bin as has_binlog,
  @@sync_binlog as sync_binlog`;

/** Connects once, and looks. @throws Error when the server is too old, or refuses the user, the password or the database. */
export async function lookAtServer(url: string): Promise<MySqlServer> {
  const connection = await ServerConnection.open(bareWire, { url });
  try {
    const [settings] = await connection.run<Settings>(askSettings, []);
    if (settings === undefined) throw new Error('The server says nothing about itself.');
    return serverOf(settings);
  } finally {
    connection.close();
  }
}

function serverOf(settings: Settings): MySqlServer {
  const { version } = settings;
  const isMariaDb = version.includes('MariaDB');
  const [major, minor] = isMariaDb ? oldest.mariaDb : oldest.mySql;
  if (isOlder(version, [major, minor]))
    throw new Error(`The server is ${version}; MariaDB 10.6 or MySQL 8.0 is the oldest that can be used.`);
  const collation = isMariaDb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  return { isMariaDb, version, collation, warnings: warningsOf(settings) };
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [hasMajor = 0, hasMinor = 0] = version.split('.').map(Number);
  return hasMajor < major || (hasMajor === major && hasMinor < minor);
}

function warningsOf({ flush, has_binlog, sync_binlog }: Settings): string[] {
  const warnings: string[] = [];
  if (flush !== 1)
    warnings.push(
      `innodb_flush_log_at_trx_commit is ${flush}: what was acknowledged may be lost when the database's machine fails. Set it to 1.`,
    );
  if (has_binlog === 1 && sync_binlog !== 1)
    warnings.push(
      `sync_binlog is ${sync_binlog}: with a binary log, what was acknowledged may be lost when the database's machine fails. Set it to 1.`,
    );
  return warnings;
}

/** Connections to that server, by `Bun.SQL`. */
export function mySqlWire(server: MySqlServer, keys: UniqueKeys): ServerWire {
  return {
    ...bareWire,
    toStoreError: (error, text) => toStoreError(error, text, keys),
    greet: (connection, options) => greet(connection, server, options),
  };
}

const bareWire: ServerWire = {
  connect: ({ url }, onclose) =>
    new SQL({
      url: url.replace(/^mariadb:/, 'mysql:'),
      adapter: 'mysql',
      max: 1,
      bigint: true,
      idleTimeout: 0,
      maxLifetime: 0,
      onclose,
    }),
  toStoreError: (error, text) => toStoreError(error, text, new Map()),
  isLost,
  /** Larger integers would travel as floating-point numbers. */
  parameterOf: (value) => (typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value),
  resultOf({ rows, count, insertId }, { query }) {
    if (query.kind === 'SelectQueryNode') return { rows };
    const written = { numAffectedRows: BigInt(count), insertId: BigInt(insertId) };
    // The one thing that is asked back of an insert, see `MySqlCompiler`.
    const hasReturning = query.kind === 'InsertQueryNode' && query.returning !== undefined;
    return hasReturning ? { ...written, rows: [{ id: insertId }] as never[] } : { ...written, rows };
  },
};

async function greet(connection: ServerConnection, server: MySqlServer, options: ConnectionOptions): Promise<void> {
  await connection.query(`set names utf8mb4 collate ${server.collation}`);
  const limits =
    options.deadlineMs === undefined ? limitsOf(server) : { lock_wait_timeout: options.deadlineMs / 1_000 };
  const settings = Object.entries({ ...exactness, ...limits, ...options.session });
  await connection.query(`set session ${settings.map(([name, value]) => `${name} = ${literalOf(value)}`).join(', ')}`);
  const isolation = options.isReadOnly === true ? 'repeatable read, read only' : 'read committed';
  await connection.query(`set session transaction isolation level ${isolation}`);
}

const literalOf = (value: number | string) => (typeof value === 'string' ? `'${value}'` : String(value));
const seconds = (ms: number) => ms / 1_000;
const lockSeconds = Math.floor(seconds(serverLimits.statementMs));
/** Nothing is cut to fit or taken for something else. */
const exactness = { sql_mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION' };

function limitsOf({ isMariaDb }: MySqlServer): Readonly<Record<string, number>> {
  const locks = { innodb_lock_wait_timeout: lockSeconds, lock_wait_timeout: lockSeconds };
  return { ...locks, ...(isMariaDb ? limitsOfMariaDb : limitsOfMySql) };
}

const limitsOfMariaDb = {
  max_statement_time: seconds(serverLimits.statementMs),
  idle_transaction_timeout: seconds(serverLimits.idleInTransactionMs),
};
/** MySQL has no limit for statements that write, nor for transactions that stand still: it ends every connection that does. */
const limitsOfMySql = {
  max_execution_time: serverLimits.statementMs,
  wait_timeout: seconds(serverLimits.idleInTransactionMs),
  // What it says of its tables is how they are now.
  information_schema_stats_expiry: 0,
};
