import { runUntilStopped, type StartServer } from './start.ts';
import { runCluster } from './run-cluster.ts';
import type { UpArguments } from './up-arguments.ts';

/** A cluster of processes, or, where nobody asked for one, one process with every role. */
export async function up(
  { config, counts }: UpArguments,
  startServer: StartServer,
  print: (text: string) => void,
): Promise<void> {
  if (counts !== undefined) return runCluster(config, counts, print);
  print('\n  One process, as with “start”. With --cluster each role has processes of its own.');
  return runUntilStopped(config, startServer, print);
}
