import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { StartError } from '../start-error.ts';
import { ClusterLock } from './cluster-lock.ts';
import { clusterFolder } from './cluster.ts';
import { privateStoreIn } from './private-engines.ts';
import { readStoreUrl } from './store-url-file.ts';

/**
 * For commands that read and write what people have: where nobody chose a store, the private one of the cluster on this data folder.
 * What such a command told a file beside it, nobody would ever see.
 * @throws StartError when the cluster’s store cannot be reached now
 */
export function onClusterStore(config: Config): Config {
  if (config.storeUrl !== 'sqlite:') return config;
  const folder = clusterFolder(config);
  const isRunning = ClusterLock.isHeld(folder);
  if (!isRunning && !existsSync(privateStoreIn(folder))) return config;
  const storeUrl = isRunning ? readStoreUrl(folder) : undefined;
  if (storeUrl === undefined) throw new StartError(isRunning ? unknownStore(folder) : endedStore(config, folder));
  return { ...config, storeUrl };
}

function unknownStore(folder: string): string {
  return `A cluster runs on ${folder}, on a store of yours or not ready yet. Set PARLEY_STORE_URL as it was for “up --cluster”, or wait until that is ready.`;
}

function endedStore({ dataDir }: Config, folder: string): string {
  const file = join(dataDir, 'parley.sqlite');
  const own = existsSync(file) ? `, or name what one process keeps here: PARLEY_STORE_URL=sqlite:${file}` : '';
  return `What people have is in the store of the cluster on ${folder}, which does not run. Start it (parley up --cluster)${own}.`;
}
