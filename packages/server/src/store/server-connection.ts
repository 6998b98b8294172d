import type { ReservedSQL, SQL } from 'bun';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { unavailable } from './unavailable.ts';

/** The same for every engine that is a server. */
export const serverLimits = {
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
  /** A connection that was opened longer ago is replaced: what engines keep of one by its id, they keep longer than that. */
  ageMsMax: 3_600_000,
} as const;

export interface ConnectionOptions {
  readonly url: string;
  readonly isReadOnly?: boolean;
  /** Instead of `deadlineMs`; the server then sets no limit of its own. */
  readonly deadlineMs?: number;
  /** More of the server's settings, for this session. */
  readonly session?: Readonly<Record<string, number | string>>;
}

/** What a statement gave. */
export interface ServerRows<Row> {
  readonly rows: Row[];
  /** Rows read or written. */
  readonly count: number;
  /** What was done: `COMMIT`, `INSERT` … Null where the server does not say. */
  readonly command: string | null;
  /** The id the server gave to the first row that was inserted, where it says so. */
  readonly insertId: number;
}

/** Runs a statement with its parameters, and returns its rows. */
export type RunSql = <Row>(text: string, parameters: readonly unknown[]) => Promise<Row[]>;

/** What is one kind of server's own about a connection to it. */
export interface ServerWire {
  /** A client of one connection, which calls `onclose` when that one ends. */
  connect(options: ConnectionOptions, onclose: () => void): SQL;
  /** Tells a new session how it is used. */
  greet?(connection: ServerConnection, options: ConnectionOptions): Promise<void>;
  /** A parameter as the server takes it exactly. */
  parameterOf?(value: unknown): unknown;
  /** The port's error for one of the server's; anything else as it is. [S9] */
  toStoreError(error: unknown, text: string): unknown;
  /** Whether it is not the server who speaks but the connection that failed. */
  isLost(error: unknown): boolean;
  resultOf<Row>(given: ServerRows<Row>, query: CompiledQuery): QueryResult<Row>;
}

interface Parts {
  readonly wire: ServerWire;
  readonly client: SQL;
  readonly session: ReservedSQL;
  readonly deadlineMs: number;
}

/**
 * One connection to the server, which never connects again: whoever is in a transaction must learn that it is over.
 * Every statement has a deadline; when it passes, the connection is closed and all that waits on it rejects.
 */
export class ServerConnection implements DatabaseConnection {
  private readonly openedAt = Date.now();
  /** Unlike that of any other connection, of any process; begins with when it was opened. */
  readonly id = Bun.randomUUIDv7('hex', this.openedAt);
  private readonly parts: Parts;
  private readonly texts = new Set<string>();
  private hasEnded = false;
  private number = 0;

  private constructor(parts: Parts) {
    this.parts = parts;
  }

  /** @throws the port's errors, or the server's own where it refuses the user, the password or the database. */
  static async open(wire: ServerWire, options: ConnectionOptions): Promise<ServerConnection> {
    const deadlineMs = options.deadlineMs ?? serverLimits.deadlineMs;
    let connection: ServerConnection | undefined;
    const client = wire.connect(options, () => connection?.give());
    const timer = setTimeout(() => void client.close({ timeout: 0 }), deadlineMs);
    try {
      connection = new ServerConnection({ wire, client, session: await client.reserve(), deadlineMs });
      await wire.greet?.(connection, options);
      return connection;
    } catch (error) {
      void client.close({ timeout: 0 });
      throw wire.toStoreError(error, '');
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether it may serve another one. */
  get isUsable(): boolean {
    const isOld = Date.now() - this.openedAt > serverLimits.ageMsMax;
    return !this.hasEnded && !isOld && this.texts.size <= serverLimits.statementsMax;
  }

  /** Whether it can still take a statement. */
  get isOpen(): boolean {
    return !this.hasEnded;
  }

  /** 1, 2, 3 … */
  nextNumber(): number {
    this.number++;
    return this.number;
  }

  /** @throws the port's errors. */
  query<Row>(text: string, parameters: readonly unknown[] = []): Promise<ServerRows<Row>> {
    const { wire, session } = this.parts;
    return this.answer(text, () =>
      session.unsafe<Given>(
        text,
        parameters.map((value) => wire.parameterOf?.(value) ?? value),
      ),
    );
  }

  /**
   * A statement without parameters, prepared like those that have some. Bun sends such one after the other without waiting for
   * answers, and holds up everything behind one that is not. @throws the port's errors.
   */
  queryAlong<Row>(text: string): Promise<ServerRows<Row>> {
    return this.answer(text, () => this.parts.session<Given>(templateOf(text)));
  }

  private async answer<Row>(text: string, ask: () => Promise<Given>): Promise<ServerRows<Row>> {
    const { wire, deadlineMs } = this.parts;
    this.texts.add(text);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => this.giveUp(late.reject), deadlineMs);
    try {
      return rowsOf<Row>(await Promise.race([ask(), late.promise]));
    } catch (error) {
      if (wire.isLost(error)) this.give();
      throw wire.toStoreError(error, text);
    } finally {
      clearTimeout(timer);
    }
  }

  readonly run: RunSql = async <Row>(text: string, parameters: readonly unknown[]) =>
    (await this.query<Row>(text, parameters)).rows;

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.parts.wire.resultOf(await this.query<Row>(query.sql, query.parameters), query);
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    const { rows } = await this.executeQuery<Row>(query);
    for (const row of rows) yield { rows: [row] };
  }

  close(): void {
    this.give();
    void this.parts.client.close({ timeout: 0 });
  }

  private give(): void {
    this.hasEnded = true;
  }

  /** Closing ends what waits; a statement that not even then ends is left behind. */
  private giveUp(reject: (reason: unknown) => void): void {
    this.close();
    queueMicrotask(() => reject(unavailable()));
  }
}

function templateOf(text: string): TemplateStringsArray {
  return Object.defineProperty([text], 'raw', { value: [text] }) as unknown as TemplateStringsArray;
}

interface Given extends Array<Record<string, unknown>> {
  readonly count: number;
  readonly command: string | null;
  readonly lastInsertRowid: unknown;
}

/** No number of ours is beyond 2^53, and a server's bigint comes as JavaScript's. A plain array, as from every engine. */
function rowsOf<Row>(given: Given): ServerRows<Row> {
  for (const row of given)
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'bigint') row[name] = Number(value);
    }
  const { count, command, lastInsertRowid } = given;
  return { rows: Array.from(given) as Row[], count, command, insertId: Number(lastInsertRowid ?? 0) };
}
