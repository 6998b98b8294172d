import type { Role } from '@parley/server/src/config/settings.ts';
import type { FaultClass, Gauges } from '../../checker/history-event.ts';
import type { StoredTruth } from '../../checker/truth.ts';
import type { Engines } from './engines.ts';
import type { FaultControl } from './fault-control.ts';

/** What a deployment is made of: which faults there are depends on it. */
export type Shape = 'one-process' | 'cluster';

/** A process that can be ended by itself. */
export interface Part {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Told apart over restarts: another one is another process. */
  readonly pid: number;
}

/** Ports of one node that clients connect to. */
export interface Entrance {
  /** The page's origin, with the API under `/api/v1` and the socket; undefined where these are in other processes. */
  readonly site: number | undefined;
  readonly api: number;
  readonly socket: number;
  readonly tcp: number;
}

/**
 * A running Parley as the harness sees it, in whatever shape it was started. Everything it starts ends with it.
 * Methods that bring something about resolve when it is so, and reject when it could not be brought about.
 */
export interface Deployment extends AsyncDisposable {
  readonly parts: readonly Part[];
  readonly entrances: readonly Entrance[];
  /** Why a class of faults cannot be had here, as a sentence for people; undefined: it can. */
  whyNot(fault: FaultClass): string | undefined;

  isRunning(part: Part): boolean;
  /** SIGKILL, at once. */
  kill(part: Part): Promise<void>;
  /** Resolves when a part that was told to kill itself at a step is gone; rejects when it is not within `withinMs`. */
  died(part: Part, withinMs: number): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(part: Part): void;
  resume(part: Part): void;
  /** Starts a part that does not run. Resolves when it can serve. */
  start(part: Part): Promise<void>;
  /** SIGTERM: it sends its clients away, then ends. @returns the exit code. */
  drain(part: Part): Promise<number>;
  faults(part: Part): FaultControl;

  /** Keeps every writer out of the database until the answered function is called. */
  lockDatabase(): Promise<() => Promise<void>>;
  /** Where the database is a file of ours. */
  readonly file?: DatabaseFile;
  /** What runs beside the parts. */
  readonly engines?: Engines;

  gauges(): Promise<Gauges>;
  /** What the parts logged as defects of their own, a line each. */
  defects(): readonly string[];
  stored(conversationId: number): Promise<StoredTruth>;
}

export interface DatabaseFile {
  /** With no part running: what a write that was cut short leaves at the end of the log. @returns its bytes. */
  tearLog(): number;
  /** Leaves no room for data. @returns the function that gives it back. */
  fillDisk(): () => void;
}
