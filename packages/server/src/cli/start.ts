import type { Config } from '../config/config.ts';
import { banner } from './banner.ts';
import { version } from '../version.ts';

export interface RunningServer {
  readonly isFirstStart: boolean;
  /** Resolves with the reason when it must not go on: then it has to be stopped. */
  readonly failed: Promise<Error>;
  /** Stops accepting, sends clients away, finishes what runs, closes. */
  stop(): Promise<void>;
}

export type StartServer = (config: Config) => Promise<RunningServer>;

/**
 * Starts the server, prints the banner, and resolves when a signal has stopped it. A second signal stops at once.
 * @throws the reason when it could not go on, after it was stopped.
 */
export async function runUntilStopped(
  config: Config,
  start: StartServer,
  print: (text: string) => void,
): Promise<void> {
  const server = await start(config);
  print(banner({ version, config, readyMs: performance.now(), isFirstStart: server.isFirstStart }));
  const failure = await Promise.race([server.failed, signalled()]);
  print('\n  Stopping: sending clients away …');
  await Promise.race([server.stop(), signalled()]);
  if (failure !== undefined) throw failure;
  print('  Stopped.');
}

/** Resolves with the next signal to stop. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}
