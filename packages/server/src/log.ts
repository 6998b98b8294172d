import { writeSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type DestinationStream } from 'pino';
import { LogFile } from './log-file.ts';

/** What the roles log with: an object of facts, then a short sentence. Never a body, a token or a password. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

const { err } = pino.stdSerializers;

/** One JSON line an entry, to standard output or to `parley.log`; line breaks in values are escaped, so nobody forges a line. Written at once: lines are few, and the last ones matter most. */
export function openLog(options: {
  readonly to: 'file' | 'stdout';
  readonly level: string;
  readonly dataDir: string;
}): Log {
  const destination = options.to === 'stdout' ? standardOutput : new LogFile(join(options.dataDir, 'parley.log'));
  const { level } = options;
  // An error is no object of facts: without these of its message and stack nothing would be left.
  const serializers = { err, error: err };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers }, destination);
}

const standardOutput: DestinationStream = {
  write(line) {
    try {
      writeSync(1, line);
    } catch {
      // Nobody reads it any more, or its disk is full: no command may fail for a line about it.
    }
  },
};
