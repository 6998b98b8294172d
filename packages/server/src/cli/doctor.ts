import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Role } from '../config/settings.ts';
import type { Store } from '../store/store.ts';

export interface Finding {
  readonly isFine: boolean;
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
}

interface Promises {
  /** What the store's server does not promise that Parley does. */
  readonly warnings?: readonly string[];
}

/** What a start is made of, as far as it is asked here. */
export interface StartParts {
  openStore(config: Config): Promise<Store & Promises>;
  /** @throws StartError when these settings cannot work together. */
  requireStartable(config: Config): void;
  /** How much is in the queue. @throws StartError when it does not answer. */
  askQueue(config: Config): Promise<{ readonly waiting: number; readonly dead: number }>;
  /** @throws StartError when the bucket of the configuration does not answer, or is none of ours. */
  askBlob(config: Config): Promise<void>;
}

const freeBytesMin = 256 * 1_048_576;

/** Checks what a start would need, makes nothing but the data folder and what an engine keeps its things in, and says what to do about each failure. */
export async function examine(
  config: Config,
  { openStore, requireStartable, askBlob, askQueue }: StartParts,
): Promise<readonly Finding[]> {
  const folder = checkFolder(config);
  const ports = await checkPorts(config);
  return [
    checkRuntime(),
    checkRoles(config, requireStartable),
    folder,
    ...(folder.isFine ? [checkSpace(config)] : []),
    ...(folder.isFine && config.roles.includes('logic') ? await checkStore(config, openStore) : []),
    ...(usesQueue(config) ? [await checkQueue(config, askQueue)] : []),
    ...(config.blobUrl.startsWith('disk:') ? [] : [await checkBlob(config, askBlob)]),
    ...ports,
  ];
}

/** Whether each port of the roles is free. */
export function checkPorts(config: Config): Promise<readonly Finding[]> {
  return Promise.all(portsOf(config).map(([key, host, port]) => checkPort(key, host, port)));
}

function checkRuntime(): Finding {
  return { isFine: true, what: `Bun ${Bun.version} on ${process.platform} ${process.arch}` };
}

function checkRoles(config: Config, requireStartable: StartParts['requireStartable']): Finding {
  const roles = config.roles.join(', ');
  try {
    requireStartable(config);
    return { isFine: true, what: `The roles ${roles} can start with these engines` };
  } catch (error) {
    const advice = error instanceof Error ? error.message : String(error);
    return { isFine: false, what: `The roles ${roles} cannot start with these settings`, advice };
  }
}

function checkFolder(config: Config): Finding {
  const path = resolve(config.dataDir);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK);
    return { isFine: true, what: `${path} can be written` };
  } catch {
    return {
      isFine: false,
      what: `${path} cannot be written`,
      advice: 'Give this user the folder, or choose another with data_dir.',
    };
  }
}

function checkSpace(config: Config): Finding {
  const { bavail, bsize } = statfsSync(resolve(config.dataDir));
  const free = bavail * bsize;
  const what = `${Math.round(free / 1_048_576)} MB free for data`;
  return free >= freeBytesMin
    ? { isFine: true, what }
    : { isFine: false, what, advice: 'Make room: without space, sending is refused.' };
}

async function checkStore(config: Config, openStore: StartParts['openStore']): Promise<Finding[]> {
  try {
    await using store = await openStore(config);
    const { users } = await store.db
      .selectFrom('users')
      .select((q) => q.fn.countAll<number>().as('users'))
      .executeTakeFirstOrThrow();
    const warnings = store.warnings ?? [];
    return [
      { isFine: true, what: `The store opens; ${users} users` },
      ...warnings.map((what) => ({ isFine: false, what })),
    ];
  } catch (error) {
    const what = `The store does not open: ${error instanceof Error ? error.message : String(error)}`;
    const advice = 'Stop another Parley that uses it, or restore the file from a backup.';
    return [{ isFine: false, what, advice }];
  }
}

/** One in memory needs nothing. */
function usesQueue({ roles, queueUrl }: Config): boolean {
  return !queueUrl.startsWith('memory:') && (roles.includes('logic') || roles.includes('task'));
}

async function checkQueue(config: Config, askQueue: StartParts['askQueue']): Promise<Finding> {
  try {
    const { waiting, dead } = await askQueue(config);
    return { isFine: true, what: `The queue answers; ${waiting} deliveries wait, ${dead} could not be made` };
  } catch (error) {
    return {
      isFine: false,
      what: error instanceof Error ? error.message : String(error),
      advice: 'Start the engine that queue_url names, or correct its address, user and password.',
    };
  }
}

async function checkBlob(config: Config, askBlob: StartParts['askBlob']): Promise<Finding> {
  try {
    await askBlob(config);
    return { isFine: true, what: 'The bucket for files answers' };
  } catch (error) {
    return {
      isFine: false,
      what: error instanceof Error ? error.message : String(error),
      advice: 'Make the bucket, and give this key the right to read and write in it.',
    };
  }
}

function portsOf(config: Config): [string, string, number][] {
  const { roles, host } = config;
  const ports: readonly (readonly [Role | undefined, string, string, number])[] = [
    ['site', 'site_port', host, config.sitePort],
    ['api', 'api_port', host, config.apiPort],
    ['connect', 'ws_port', host, config.wsPort],
    ...config.tcpPorts.map((port) => ['connect', 'tcp_ports', host, port] as const),
    ['id', 'id_port', config.idHost, config.idPort],
    [undefined, 'ops_port', config.opsHost, config.opsPort],
  ];
  return ports.flatMap(([role, ...port]) => (role === undefined || roles.includes(role) ? [port] : []));
}

function checkPort(key: string, host: string, port: number): Promise<Finding> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () =>
      done({
        isFine: false,
        what: `Port ${port} (${key}) is taken`,
        advice: `Stop what uses it, or set another ${key}.`,
      }),
    );
    probe.listen(port, host, () => probe.close(() => done({ isFine: true, what: `Port ${port} (${key}) is free` })));
  });
}

/** The findings for people. */
export function printFindings(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ isFine, what, advice }) =>
        `${isFine ? '  ok   ' : '  FAIL '} ${what}${advice === undefined ? '' : `\n         ${advice}`}`,
    )
    .join('\n');
}
