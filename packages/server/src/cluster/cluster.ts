import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { makeFolder } from '../make-folder.ts';
import { freePort } from '../services/free-port.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { combineMetrics } from './combined-metrics.ts';
import { Guard } from './guard.ts';
import { keptSecret } from './kept-secret.ts';
import { guardFileIn } from './leftovers.ts';
import { memberEnvironment } from './member-environment.ts';
import { MemberProcess } from './member-process.ts';
import { Member } from './member.ts';
import { parts, placesOf, stopPhases, partNames, type Counts, type Part, type Place } from './plan.ts';
import { PrivateEngines, requireEngines } from './private-engines.ts';
import type { Say } from './say.ts';

export interface ClusterOptions {
  readonly config: Config;
  readonly counts: Counts;
  /** What starts this program, up to its command. */
  readonly program: readonly string[];
  readonly surroundings: Readonly<Record<string, string | undefined>>;
  readonly say: Say;
  /** A process writes its log here. */
  readonly onLog: (name: string, path: string) => void;
}

/** What runs now. */
export interface MemberView {
  readonly name: string;
  readonly roles: readonly string[];
  readonly nodeId: string;
  readonly pid: number;
  readonly opsUrl: string;
  readonly isReady: boolean;
}

/** Every role as processes of this machine, with the engines under them where nobody named others. */
export class Cluster {
  readonly members: readonly Member[];
  private readonly options: ClusterOptions;
  private readonly guard: Guard;
  private readonly engines: PrivateEngines;
  private readonly config: Config;

  private constructor(options: ClusterOptions, guard: Guard, engines: PrivateEngines) {
    this.options = options;
    this.guard = guard;
    this.engines = engines;
    const { config, say } = options;
    const rpcSecret =
      config.rpcSecret === '' ? keptSecret(join(clusterFolder(config), 'secret'), say) : config.rpcSecret;
    this.config = { ...engines.config, rpcSecret, sharedPorts: 'on', log: 'file' };
    const spawn = (place: Place, generation: number): Promise<MemberProcess> => this.spawn(place, generation);
    this.members = placesOf(options.counts).map((place) => new Member({ place, drainMs: config.drainMs, spawn, say }));
  }

  /** Finds what cannot work before anything is started. @throws StartError */
  static require(config: Config): void {
    if (process.platform === 'win32') throw new StartError('A cluster of processes needs Linux or macOS.');
    if (config.storeUrl !== 'sqlite:' && config.storeUrl.startsWith('sqlite:'))
      throw new StartError(
        'store_url names a file, which is of one process. Leave it out for a private PostgreSQL, or name a server.',
      );
    if (partNames.some((part) => parts[part].some((role) => !config.roles.includes(role))))
      throw new StartError('up --cluster starts all roles: leave roles out. “start” takes some of them.');
    requireEngines(config);
    makeFolder(clusterFolder(config));
  }

  /** Resolves when every process is ready. @throws StartError; then nothing is left running. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const { config, say } = options;
    const folder = clusterFolder(config);
    const guard = new Guard(guardFileIn(folder));
    const engines = await PrivateEngines.start({ config, folder, guard, say }).catch(async (error: unknown) => {
      await guard.close();
      throw error;
    });
    const cluster = new Cluster(options, guard, engines);
    try {
      await cluster.startMembers();
      return cluster;
    } catch (error) {
      await cluster.kill();
      throw error;
    }
  }

  /** Those that were started with it. */
  get engineNames(): readonly string[] {
    return this.engines.names;
  }

  /** Whether the store was started with it. */
  get hasPrivateStore(): boolean {
    return this.config.storeUrl !== this.options.config.storeUrl;
  }

  get storeUrl(): string {
    return this.config.storeUrl;
  }

  async view(): Promise<readonly MemberView[]> {
    return Promise.all(
      this.members.map(async ({ place, current }) => ({
        name: place.name,
        roles: parts[place.part],
        nodeId: current?.nodeId ?? '',
        pid: current?.pid ?? 0,
        opsUrl: current?.opsUrl ?? '',
        isReady: (await current?.isReady()) ?? false,
      })),
    );
  }

  /** The figures of all processes, as Prometheus reads them. */
  async metrics(): Promise<string> {
    const told = this.members.map(async ({ place, current }) => ({ name: place.name, text: await current?.metrics() }));
    return combineMetrics(await Promise.all(told));
  }

  /** Clients are told first, engines end last. */
  async stop(): Promise<void> {
    for (const phase of stopPhases) await Promise.all(this.membersOf(phase).map((member) => member.stop()));
    await this.engines.stop();
    await this.guard.close();
  }

  /** At once. */
  async kill(): Promise<void> {
    for (const member of this.members) member.kill();
    await this.engines.kill();
    await this.guard.close();
  }

  /** @throws StartError naming the one that does not start. */
  private async startMembers(): Promise<void> {
    for (const part of partNames) await Promise.all(this.membersOf([part]).map(startMember));
  }

  private membersOf(phase: readonly Part[]): readonly Member[] {
    return this.members.filter(({ place }) => phase.includes(place.part));
  }

  private async spawn({ name, part }: Place, generation: number): Promise<MemberProcess> {
    const { program, surroundings, say, onLog } = this.options;
    const dataDir = join(clusterFolder(this.config), name);
    const nodeId = generation === 1 ? name : `${name}.${generation}`;
    makeFolder(dataDir);
    if (generation === 1) onLog(name, join(dataDir, 'parley.log'));
    const opsPort = await freePort();
    const roles = [...parts[part]];
    const config: Config = { ...this.config, ...ownAddresses, roles, dataDir, nodeId, opsPort };
    const process = new MemberProcess({
      nodeId,
      // What stands in a file is in its environment already.
      command: [...program, 'start', '--config', '/dev/null'],
      environment: memberEnvironment(config, surroundings),
      opsUrl: `http://127.0.0.1:${opsPort}`,
      onLine: (line) => say(name, line),
    });
    const { pid } = process;
    this.guard.watch('members', pid);
    void process.ended.then(() => this.guard.forget('members', pid));
    return process;
  }
}

/** Where a process of this machine is found by the others. */
const ownAddresses = { opsHost: '127.0.0.1', rpcHost: '127.0.0.1', rpcPort: 0, rpcAddress: '' } as const;

async function startMember(member: Member): Promise<void> {
  try {
    await member.start();
  } catch (cause) {
    throw new StartError(`${member.place.name} does not start: ${reasonOf(cause)}`, { cause });
  }
}

/** Everything of the cluster that lasts. */
export function clusterFolder({ dataDir }: Config): string {
  return join(resolve(dataDir), 'cluster');
}
