import type { Config } from '../config/config.ts';
import type { OnDefect } from '../http-serving.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { NodeRef } from '../presence/presence.ts';

/** What everything that is opened at the start is given. */
export interface Opening {
  readonly config: Config;
  readonly log: Log;
  readonly node: NodeRef;
  readonly metrics: Metrics;
  /** Closes what was opened so far; the last is called first. */
  readonly closers: (() => Promise<unknown>)[];
}

export function defectsInto(log: Log): OnDefect {
  return (error) => log.error({ error }, 'A request could not be answered');
}
