import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError, type Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { timeOfId } from '../ids/snowflake.ts';
import { WorkerFile } from '../registry/worker-file.ts';
import { CopyError, copyStore, type CopyReport, type OnProgress, type Side } from '../store/copy/copy-store.ts';
import { lockStore } from './lock-store.ts';
import { isOnServer, openSide, placeOf, storePathOf } from './open-store.ts';

/** What `parley store copy` is asked. */
export interface CopyRequest {
  /** Store URLs, as of the setting `store_url`. */
  readonly from: string;
  readonly to: string;
  /** A server may work on the source meanwhile. */
  readonly isLive: boolean;
  /** Waited for between two batches; throws to stop there. */
  readonly onProgress: OnProgress;
}

/** Copies everything that is kept from one store to another. @throws ConfigError, StartError, CopyError, CopyDifference */
export async function copyBetween(config: Config, request: CopyRequest): Promise<CopyReport> {
  const [source, target] = [at(config, request.from), at(config, request.to)];
  requireDifferent(source, target);
  const closers: (() => Promise<void>)[] = [];
  const intrusion = new AbortController();
  const lock = async (config: Config, advice: string): Promise<void> =>
    void closers.push(await lockAlone(config, { advice, intrusion }));
  try {
    await lock(target, 'Stop it: a copy needs the target for itself.');
    if (!request.isLive) await lock(source, stopTheSource);
    const [from, to] = [await open(source, closers), await open(target, closers)];
    const { isLive } = request;
    const onProgress: OnProgress = (progress) => {
      intrusion.signal.throwIfAborted();
      return request.onProgress(progress);
    };
    return await copyStore({ from, to, isLive, onProgress, idsUpToMs: (newestId) => idsUpToMs(source, newestId) });
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

const stopTheSource =
  'Stop it and run this again. To copy most of it before you stop it, add --live; what then changed until the end is a matter of seconds.';

/** @throws ConfigError */
function at(config: Config, url: string): Config {
  const parsed = settings.storeUrl.schema.safeParse(url);
  if (!parsed.success)
    throw new ConfigError(`“${schemeOf(url)}” is no store: it ${parsed.error.issues[0]?.message ?? ''}.`);
  return { ...config, storeUrl: parsed.data };
}

/** What follows may hold a password. */
function schemeOf(url: string): string {
  return url.split(/[/?@]/, 1)[0] ?? '';
}

function requireDifferent(source: Config, target: Config): void {
  if (placeOf(source) === placeOf(target)) throw new CopyError(`${placeOf(source)} is both the source and the target.`);
  if (!isOnServer(source) && !existsSync(storePathOf(source)))
    throw new CopyError(`There is no store at ${storePathOf(source)}. “sqlite:” is parley.sqlite in the data folder.`);
}

interface Locking {
  /** What to do about somebody else. */
  readonly advice: string;
  /** Somebody came when the connection with the lock was lost. */
  readonly intrusion: AbortController;
}

async function lockAlone(config: Config, { advice, intrusion }: Locking): Promise<() => Promise<void>> {
  const refusal = new CopyError(`A server, or another copy, works on ${placeOf(config)}. ${advice}`);
  const release = await lockStore(config, { sharing: 'alone', onTaken: () => intrusion.abort(refusal) });
  if (release === undefined) throw refusal;
  return release;
}

async function open(config: Config, closers: (() => Promise<void>)[]): Promise<Side> {
  const side = await openSide(config);
  closers.push(() => side.store.close());
  return side;
}

/** What the newest message and the worker ids of the source's folder say. [D14] */
function idsUpToMs(source: Config, newestId: string | undefined): number {
  const folders = [source.dataDir, ...(isOnServer(source) ? [] : [dirname(storePathOf(source))])];
  const kept = folders.map((folder) => WorkerFile.highWaterIn(join(folder, 'workers')));
  return Math.max(newestId === undefined ? 0 : timeOfId(newestId), ...kept);
}
