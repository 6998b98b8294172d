import { askRollout } from '../cluster/ask-rollout.ts';
import { clusterFolder } from '../cluster/cluster.ts';
import { readControlFile } from '../cluster/control-file.ts';
import type { RolloutOutcome } from '../cluster/rollout.ts';
import type { Config } from '../config/config.ts';
import { StartError } from '../start-error.ts';

/** Restarts every process of the cluster that runs on this data, one after the other. @throws StartError @returns whether all were. */
export async function runRollout(config: Config, print: (text: string) => void): Promise<boolean> {
  const folder = clusterFolder(config);
  const address = readControlFile(folder);
  if (address === undefined)
    throw new StartError(
      `No cluster runs on ${folder}. This restarts what “parley up --cluster” started; a process that was started otherwise sends its clients away and ends on SIGTERM.`,
    );
  const outcome = await askRollout(address, (name, text) => print(`  ${name}  ${text}`));
  print(`\n  ${summaryOf(outcome)}`);
  return outcome.left.length === 0;
}

function summaryOf({ restarted, left, totalMs, why }: RolloutOutcome): string {
  const done = `${restarted.length} of ${restarted.length + left.length} processes restarted in ${(totalMs / 1_000).toFixed(1)} s`;
  return why === undefined ? `${done}.` : `${done}. ${why} As they were: ${left.join(', ')}.`;
}
