import { SQL, type ReservedSQL } from 'bun';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { toStoreError } from './postgres-errors.ts';

export const postgresLimits = {
  /** For connecting, and for each statement: then the connection is given up. [D11] */
  deadlineMs: 1_500,
  /** After this the server itself gives a statement up: a little earlier, so that its connection can stay. */
  statementMs: 1_400,
  /** A transaction whose process has stopped in the middle holds locks that others wait for, until then. [D12] */
  idleInTransactionMs: 3_000,
  /** For each statement of a migration, and for waiting until another process has made them. */
  migrationMs: 15 * 60_000,
  /** Different statements one connection has prepared; it is replaced when there are more. */
  statementsMax: 500,
} as const;

export interface PostgresConnectionOptions {
  readonly url: string;
  readonly isReadOnly?: boolean;
  /** Instead of `deadlineMs`; the server then sets no limit of its own. */
  readonly deadlineMs?: number;
  /** More of the server's settings, for this session. */
  readonly session?: Readonly<Record<string, number | string>>;
}

/** What a statement gave. */
export interface PostgresRows<Row> {
  readonly rows: Row[];
  /** Rows read or written. */
  readonly count: number;
  /** What was done: `COMMIT`, `INSERT` … */
  readonly command: string;
}

/** Runs a statement with its parameters, and returns its rows. */
export type RunSql = <Row>(text: string, parameters: readonly unknown[]) => Promise<Row[]>;

/**
 * One connection to the server, which never connects again: whoever is in a transaction must learn that it is over.
 * Every statement has a deadline; when it passes, the connection is closed and all that waits on it rejects.
 */
export class PostgresConnection implements DatabaseConnection {
  private readonly client: SQL;
  private readonly session: ReservedSQL;
  private readonly deadlineMs: number;
  private readonly texts = new Set<string>();
  private isLost = false;

  private constructor(client: SQL, session: ReservedSQL, deadlineMs: number) {
    this.client = client;
    this.session = session;
    this.deadlineMs = deadlineMs;
  }

  /** @throws the port's errors, or the server's own where it refuses the user, the password or the database. */
  static async open(options: PostgresConnectionOptions): Promise<PostgresConnection> {
    const deadlineMs = options.deadlineMs ?? postgresLimits.deadlineMs;
    let connection: PostgresConnection | undefined;
    const client = clientOf(options, () => connection?.give());
    const timer = setTimeout(() => void client.close({ timeout: 0 }), deadlineMs);
    try {
      connection = new PostgresConnection(client, await client.reserve(), deadlineMs);
      return connection;
    } catch (error) {
      void client.close({ timeout: 0 });
      throw toStoreError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether it may serve another one. */
  get isUsable(): boolean {
    return !this.isLost && this.texts.size <= postgresLimits.statementsMax;
  }

  /** Whether it can still take a statement. */
  get isOpen(): boolean {
    return !this.isLost;
  }

  /** @throws the port's errors. */
  async query<Row>(text: string, parameters: readonly unknown[] = []): Promise<PostgresRows<Row>> {
    this.texts.add(text);
    const timer = setTimeout(() => this.close(), this.deadlineMs);
    try {
      const rows = await this.session.unsafe(text, [...parameters]);
      const { count, command } = rows as { readonly count: number; readonly command: string };
      return { rows: withNumbers(rows) as Row[], count, command };
    } catch (error) {
      throw toStoreError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  readonly run: RunSql = async <Row>(text: string, parameters: readonly unknown[]) =>
    (await this.query<Row>(text, parameters)).rows;

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, count, command } = await this.query<Row>(sql, parameters);
    return command === 'SELECT' ? { rows } : { rows, numAffectedRows: BigInt(count) };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    const { rows } = await this.executeQuery<Row>(query);
    for (const row of rows) yield { rows: [row] };
  }

  close(): void {
    this.give();
    void this.client.close({ timeout: 0 });
  }

  private give(): void {
    this.isLost = true;
  }
}

function clientOf(options: PostgresConnectionOptions, onclose: () => void): SQL {
  const { url, isReadOnly = false, deadlineMs, session = {} } = options;
  const statementMs = deadlineMs === undefined ? postgresLimits.statementMs : 0;
  return new SQL({
    url,
    max: 1,
    bigint: true,
    idleTimeout: 0,
    maxLifetime: 0,
    onclose,
    connection: {
      application_name: 'parley',
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: postgresLimits.idleInTransactionMs,
      ...(isReadOnly ? { default_transaction_read_only: 'on' } : {}),
      // What is acked survives power loss, whatever the server's default is. [D1]
      synchronous_commit: 'on',
      ...session,
    },
  });
}

/** No number of ours is beyond 2^53, and PostgreSQL's bigint comes as JavaScript's. A plain array, as from every engine. */
function withNumbers(rows: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] {
  for (const row of rows)
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'bigint') row[name] = Number(value);
    }
  return Array.from(rows);
}
