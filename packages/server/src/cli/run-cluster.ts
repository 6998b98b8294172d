import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, clusterFolder } from '../cluster/cluster.ts';
import { ClusterLock } from '../cluster/cluster-lock.ts';
import { CombinedLog } from '../cluster/combined-log.ts';
import { removeControlFile, writeControlFile } from '../cluster/control-file.ts';
import { openControl } from '../cluster/control.ts';
import { leftoversEnd } from '../cluster/leftovers.ts';
import { placesOf, type Counts } from '../cluster/plan.ts';
import { removeStoreUrl, writeStoreUrl } from '../cluster/store-url-file.ts';
import type { Config } from '../config/config.ts';
import { StartError } from '../start-error.ts';
import { version } from '../version.ts';
import { clusterBanner } from './cluster-banner.ts';
import { checkPorts } from './doctor.ts';
import { launcherEnded } from './launcher-ended.ts';
import { programCommand } from './program-command.ts';
import { signalled } from './start.ts';

type Print = (text: string) => void;

/** Starts the cluster, prints the banner, and resolves when a signal has stopped it. A second signal stops at once. */
export async function runCluster(config: Config, counts: Counts, print: Print): Promise<void> {
  Cluster.require(config);
  const lock = ClusterLock.take(clusterFolder(config));
  try {
    await runAlone(config, counts, print);
  } finally {
    lock.release();
  }
}

async function runAlone(config: Config, counts: Counts, print: Print): Promise<void> {
  const folder = clusterFolder(config);
  const isFirstStart = !existsSync(join(folder, 'secret'));
  removeFiles(folder);
  await requireFree(config, folder, print);
  const log = openCombinedLog(counts, print);
  const say = (name: string, text: string): void => log.say(name, text);
  const onLog = (name: string, path: string): void => log.follow(name, path);
  const cluster = await Cluster.start({
    config,
    counts,
    program: programCommand(),
    surroundings: process.env,
    say,
    onLog,
  });
  const stopping = new AbortController();
  const place = { host: config.opsHost, port: config.opsPort };
  const control = openControl({ ...place, cluster, say, signal: stopping.signal });
  writeControlFile(folder, control.address);
  if (cluster.hasPrivateStore) writeStoreUrl(folder, cluster.storeUrl);
  const facts = {
    members: await cluster.view(),
    engines: cluster.engineNames,
    isFirstStart,
  };
  print(clusterBanner({ version, config, readyMs: performance.now(), ...facts }));
  await Promise.race([signalled(), launcherEnded()]);
  print('\n  Stopping: sending clients away …');
  removeFiles(folder);
  stopping.abort();
  await Promise.race([cluster.stop(), signalled().then(() => cluster.kill())]);
  await control.stop();
  log.close();
  print('  Stopped.');
}

function openCombinedLog(counts: Counts, print: Print): CombinedLog {
  const width = Math.max(...placesOf(counts).map(({ name }) => name.length));
  return new CombinedLog({ print, hasColour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined, width });
}

/** What is true while a cluster is ready, and stays behind when it is killed. */
function removeFiles(folder: string): void {
  removeControlFile(folder);
  removeStoreUrl(folder);
}

/** @throws StartError when what another left does not end, or somebody listens on its ports */
async function requireFree(config: Config, folder: string, print: Print): Promise<void> {
  await leftoversEnd(folder, () => print('  What a cluster that was killed left here is ending …'));
  const taken = (await checkPorts(config)).find(({ isFine }) => !isFine);
  if (taken !== undefined) throw new StartError(`${taken.what}. ${taken.advice ?? ''}`);
}
