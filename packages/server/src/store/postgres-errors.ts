import { SQL } from 'bun';
import { ParleyError } from '@parley/protocol';
import { UniqueViolation } from './store.ts';
import { unavailable } from './unavailable.ts';

const uniqueViolation = '23505';
/**
 * SQLSTATE classes, and single states, of a server that cannot do it now: lost connection, locks and deadlocks, full disk or
 * too many connections, a statement cut off, starting or stopping, I/O; read-only, standing by, too long in a transaction.
 */
const unavailableState = /^(08|40|53|57|58)|^(25006|25P0[123]|55000|55P03)$/;
const keyOf = /^Key \((.+?)\)=\(/;

/** The port's error for one of PostgreSQL's; anything else as it is. [S9] */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof SQL.PostgresError)) return error;
  const state = stateOf(error);
  if (state === uniqueViolation) return new UniqueViolation(constraintOf(error), { cause: error });
  if (state === undefined || unavailableState.test(state)) return unavailable(error);
  return error;
}

/** The transaction is surely undone and the next try may well succeed: the connection was cut, or others were in the way. */
export function isPassing(error: unknown): boolean {
  const cause = error instanceof ParleyError ? error.cause : error;
  if (!(cause instanceof SQL.PostgresError)) return false;
  const state = stateOf(cause);
  return state === undefined || /^40|^57P01$/.test(state);
}

/** Whether it is not the server who speaks but the connection that failed. */
export function isLost(error: unknown): boolean {
  return error instanceof SQL.PostgresError && stateOf(error) === undefined;
}

/** Undefined when it is not the server who speaks but the connection that failed. */
function stateOf({ errno }: SQL.PostgresError): string | undefined {
  return typeof errno === 'string' && errno.length === 5 ? errno : undefined;
}

/** `Key (a, b)=(1, 2) already exists.` of table t becomes `t.a,b`. */
function constraintOf({ table, detail, message }: SQL.PostgresError): string {
  const columns = keyOf.exec(detail ?? '')?.[1];
  return columns === undefined ? message : `${table}.${columns.replaceAll(', ', ',')}`;
}
