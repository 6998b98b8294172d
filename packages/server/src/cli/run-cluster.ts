import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, clusterFolder } from '../cluster/cluster.ts';
import { ClusterLock } from '../cluster/cluster-lock.ts';
import { CombinedLog } from '../cluster/combined-log.ts';
import { removeControlFile, readControlFile, writeControlFile } from '../cluster/control-file.ts';
import { openControl } from '../cluster/control.ts';
import { leftoversEnd } from '../cluster/leftovers.ts';
import { placesOf, type Counts } from '../cluster/plan.ts';
import { removeStoreUrl, writeStoreUrl } from '../cluster/store-url-file.ts';
import type { Config } from '../config/config.ts';
import { directFetch } from '../direct-fetch.ts';
import { StartError } from '../start-error.ts';
import { version } from '../version.ts';
import { clusterBanner } from './cluster-banner.ts';
import { checkPorts } from './doctor.ts';
import { launcherEnded } from './launcher-ended.ts';
import { programCommand } from './program-command.ts';
import { signalled } from './start.ts';

/** Whose port has gone to somebody who answers nothing is not waited for longer. */
const answerMs = 5_000;

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
    hasPrivateStore: cluster.hasPrivateStore,
    isFirstStart,
  };
  print(clusterBanner({ version, config, readyMs: performance.now(), ...facts }));
  await Promise.race([signalled(), launcherEnded()]);
  print('\n  Stopping: sending clients away …');
  removeControlFile(folder);
  removeStoreUrl(folder);
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

/** @throws StartError when somebody works on its folder or listens on its ports */
async function requireFree(config: Config, folder: string, print: Print): Promise<void> {
  await requireAlone(folder);
  await leftoversEnd(folder, () => print('  What a cluster that was killed left here is ending …'));
  const taken = (await checkPorts(config)).find(({ isFine }) => !isFine);
  if (taken !== undefined) throw new StartError(`${taken.what}. ${taken.advice ?? ''}`);
}

/** Also of a version that takes no lock. */
async function requireAlone(folder: string): Promise<void> {
  const address = readControlFile(folder);
  if (address === undefined) return;
  const signal = AbortSignal.timeout(answerMs);
  const isAlive = await directFetch(`${address.url}/rollout`, { method: 'HEAD', signal }).then(
    () => true,
    () => false,
  );
  if (isAlive) throw new StartError(`A cluster runs on ${folder} already: ${address.url}/readyz shows it.`);
}
