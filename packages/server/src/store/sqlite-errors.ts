import { SQLiteError } from 'bun:sqlite';
import { UniqueViolation } from './store.ts';
import { unavailable } from './unavailable.ts';

const uniqueCodes = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_ROWID']);
/** First words of the codes that say the file cannot be used now, extended ones such as SQLITE_IOERR_WRITE included. */
const unavailableCode =
  /^SQLITE_(FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN|PROTOCOL|NOMEM|CORRUPT|NOTADB|AUTH|PERM|INTERRUPT)/;
const uniqueMessage = /^UNIQUE constraint failed: (.+)$/;

/** The port's error for one of SQLite's; anything else as it is. [S9] */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof SQLiteError)) return error;
  const code = error.code ?? '';
  if (uniqueCodes.has(code)) return new UniqueViolation(constraintOf(error.message), { cause: error });
  if (unavailableCode.test(code)) return unavailable(error);
  return error;
}

export function isBusy(error: unknown): boolean {
  return error instanceof SQLiteError && (error.code ?? '').startsWith('SQLITE_BUSY');
}

/** `users.a, users.b` of the message becomes `users.a,b`. */
function constraintOf(message: string): string {
  const [first = message, ...rest] = uniqueMessage.exec(message)?.[1]?.split(', ') ?? [];
  return [first, ...rest.map((column) => column.slice(column.indexOf('.') + 1))].join(',');
}
