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

/** One JSON line an entry, to standard output or to `parley.log`; line breaks in values are escaped, so nobody forges a line. */
export function openLog(options: {
  readonly to: 'file' | 'stdout';
  readonly level: string;
  readonly dataDir: string;
}): Log & { flush(): void } {
  if (options.to === 'stdout')
    return Object.assign(pino({ level: options.level, base: null }), { flush: () => undefined });
  const path = join(options.dataDir, 'parley.log');
  rotate(path);
  const destination = pino.destination({ dest: path, mkdir: true, sync: false, mode: 0o600 });
  const log = pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return Object.assign(log, { flush: () => destination.flushSync() });
}

/** Keeps one older file, so that logs stay bounded over restarts. */
function rotate(path: string): void {
  if (existsSync(path) && statSync(path).size > fileBytesMax) renameSync(path, `${path}.1`);
}
