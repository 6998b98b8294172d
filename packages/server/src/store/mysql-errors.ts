import { SQL } from 'bun';
import { ParleyError } from '@parley/protocol';
import { UniqueViolation } from './store.ts';
import { unavailable } from './unavailable.ts';

const uniqueViolations = new Set([1062, 1586]);
const tooLargePacket = 1153;
/** Two transactions waited for each other, or one saw what another has changed since. */
const inTheWay = new Set([1213, 1020]);
/** The server ends the connection: stopping, or told to. */
const ending = new Set([1053, 1077, 1079, 1080, 1927, 4031]);
/**
 * A server that cannot do it now. Disk and I/O: 3, 9, 1021, 1026, 1028, 1030, 1114. Too many connections, or no memory: 1037, 1038,
 * 1040, 1041, 1135, 1203, 1226. Locks: 1205, 1206, 3572. May only be read: 1036, 1290, 1792, 1836. Commit: 1180. Cut off: 1317,
 * 1969, 3024. Network: 1152, 1158 to 1161.
 */
const unavailableNumbers = new Set([
  3, 9, 1021, 1026, 1028, 1030, 1114, 1037, 1038, 1040, 1041, 1135, 1203, 1226, 1205, 1206, 3572, 1036, 1290, 1792,
  1836, 1180, 1317, 1969, 3024, 1152, 1158, 1159, 1160, 1161,
]);
const keyOf = /for key '([^']+)'$/;
const tableOf = /^\s*(?:insert|replace)(?: ignore)? into `?(\w+)`?|^\s*update `?(\w+)`?/i;

/** The columns of each unique key, by `table.key`. */
export type UniqueKeys = ReadonlyMap<string, string>;

/** The port's error for one of MySQL's, to a statement of this text; anything else as it is. [S9] */
export function toStoreError(error: unknown, text: string, keys: UniqueKeys): unknown {
  if (!(error instanceof SQL.MySQLError)) return error;
  const { errno } = error;
  if (errno === undefined) return unavailable(error);
  if (uniqueViolations.has(errno)) return new UniqueViolation(constraintOf(error, text, keys), { cause: error });
  return isUnavailable(errno) ? unavailable(error) : error;
}

function isUnavailable(errno: number): boolean {
  return unavailableNumbers.has(errno) || inTheWay.has(errno) || ending.has(errno);
}

/** The transaction is surely undone and the next try may well succeed: the connection was cut, or others were in the way. */
export function isPassing(error: unknown): boolean {
  const cause = error instanceof ParleyError ? error.cause : error;
  return isLost(cause) || (cause instanceof SQL.MySQLError && inTheWay.has(cause.errno ?? 0));
}

/** Whether the connection has failed, or the server has ended it. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof SQL.MySQLError)) return false;
  return error.errno === undefined || error.errno === tooLargePacket || ending.has(error.errno);
}

/** MariaDB names the key only, MySQL its table, too. Neither names the columns. */
function constraintOf({ message }: SQL.MySQLError, text: string, keys: UniqueKeys): string {
  const key = keyOf.exec(message)?.[1] ?? '';
  const [, inserted, updated] = tableOf.exec(text) ?? [];
  const table = inserted ?? updated ?? '';
  return keys.get(key) ?? keys.get(`${table}.${key}`) ?? message;
}
