import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';

/** What the roles log with: an object of facts, then a short sentence. Never a body, a token or a password. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

const fileBytesMax = 16 * 1_048_576;

/** One JSON line an entry, to standard output or to `parley.log`; line breaks in values are escaped, so nobody forges a line. Written at once: lines are few, and the last ones matter most. */
export function openLog(options: {
  readonly to: 'file' | 'stdout';
  readonly level: string;
  readonly dataDir: string;
}): Log {
  if (options.to === 'stdout') return pino({ level: options.level, base: null });
  const path = join(options.dataDir, 'parley.log');
  rotate(path);
  const destination = pino.destination({ dest: path, mkdir: true, sync: true, mode: 0o600 });
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Keeps one older file, so that logs stay bounded over restarts. */
function rotate(path: string): void {
  if (existsSync(path) && statSync(path).size > fileBytesMax) renameSync(path, `${path}.1`);
}
