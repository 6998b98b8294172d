import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { makeFolder } from '../make-folder.ts';
import { etcdKind, etcdUser } from '../services/etcd.ts';
import { postgresDatabase, postgresKind, postgresUrl } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { Service, type ServiceKind } from '../services/service.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { EngineLogs } from './engine-logs.ts';
import type { Guard } from './guard.ts';
import { keptSecret } from './kept-secret.ts';
import type { Say } from './say.ts';

type EngineSetting = 'registryUrl' | 'presenceUrl' | 'queueUrl' | 'storeUrl';

/** An engine that is started when a setting names none that several processes could share. */
interface PrivateEngine {
  readonly kind: ServiceKind;
  /** What its users are told, and what they are told when nobody chose. */
  readonly settings: Partial<Record<EngineSetting, string>>;
  urlOf(port: number, secret: string): string;
}

const engines: readonly PrivateEngine[] = [
  {
    kind: etcdKind,
    settings: { registryUrl: 'local:' },
    urlOf: (port, secret) => `etcd://${etcdUser}:${secret}@127.0.0.1:${port}/parley`,
  },
  {
    kind: redisKind,
    settings: { presenceUrl: 'memory:', queueUrl: 'memory:' },
    urlOf: (port, secret) => `redis://:${secret}@127.0.0.1:${port}/0`,
  },
  {
    kind: postgresKind,
    settings: { storeUrl: 'sqlite:' },
    urlOf: (port, secret) => postgresUrl(port, postgresDatabase, secret),
  },
];

export interface PrivateEnginesOptions {
  readonly config: Config;
  /** Where each has its folder. */
  readonly folder: string;
  readonly guard: Guard;
  readonly say: Say;
}

/** How long an engine that died is left alone before it is started again. */
const restartMs = 1_000;

/** The engines of one cluster that run on this machine for it alone. What they keep is in its folder, as is the password they ask for. */
export class PrivateEngines {
  private readonly options: PrivateEnginesOptions;
  private readonly secret: string;
  private readonly logs = new EngineLogs();
  private readonly running = new Map<PrivateEngine, Service>();
  private isStopping = false;

  private constructor(options: PrivateEnginesOptions, secret: string) {
    this.options = options;
    this.secret = secret;
  }

  /** Starts those no setting names. @throws StartError */
  static async start(options: PrivateEnginesOptions): Promise<PrivateEngines> {
    const needed = neededFor(options.config);
    const started = new PrivateEngines(options, keptSecret(join(options.folder, 'engines-secret'), options.say));
    const outcomes = await Promise.allSettled(needed.map((engine) => started.launch(engine)));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed === undefined) return started;
    await started.stop();
    throw (failed as PromiseRejectedResult).reason;
  }

  get names(): readonly string[] {
    return [...this.running.keys()].map(({ kind }) => kind.name);
  }

  /** The configuration with these engines in it. */
  get config(): Config {
    const { config } = this.options;
    const urls = [...this.running].flatMap(([{ settings, urlOf }, { port }]) =>
      chosenBy(config, settings).map((name) => [name, urlOf(port, this.secret)] as const),
    );
    return { ...config, ...Object.fromEntries(urls) };
  }

  async stop(): Promise<void> {
    this.end();
    await Promise.all(Array.from(this.running.values(), (service) => service.stop()));
  }

  async kill(): Promise<void> {
    this.end();
    await Promise.all(Array.from(this.running.values(), (service) => service.kill()));
  }

  private end(): void {
    this.isStopping = true;
    this.logs[Symbol.dispose]();
  }

  private async launch(engine: PrivateEngine): Promise<void> {
    const { name } = engine.kind;
    const { folder, config } = this.options;
    const own = join(folder, name);
    makeFolder(own);
    const logPath = join(folder, `${name}.log`);
    const { secret } = this;
    this.logs.add(logPath);
    const place = { folder: own, logPath, secret, within: resolve(config.dataDir), onSpawn: this.guardOf };
    try {
      const service = await Service.start(engine.kind, place);
      this.running.set(engine, service);
      void this.keepUp(name, service);
    } catch (cause) {
      if (cause instanceof StartError) throw cause;
      throw new StartError(`${reasonOf(cause)} Its folder is ${own}, and what it said is in ${logPath}.`, {
        cause,
      });
    }
  }

  /** From its first moment: who is killed while engines start leaves none behind. */
  private readonly guardOf = (pid: number, ended: Promise<unknown>): void => {
    const { guard } = this.options;
    guard.watch('engines', pid);
    void ended.then(() => guard.forget('engines', pid));
  };

  /** Never rejects. */
  private async keepUp(name: string, service: Service): Promise<void> {
    await service.exited;
    if (this.isStopping) return;
    this.options.say(name, `ended; it starts again in ${restartMs / 1_000} s`);
    await Bun.sleep(restartMs);
    if (this.isStopping) return;
    try {
      await service.start();
      this.options.say(name, 'is ready again');
    } catch (error) {
      this.options.say(name, `does not start: ${reasonOf(error)}`);
    }
    if (this.isStopping) await service.kill();
    else void this.keepUp(name, service);
  }
}

/** Is there when a cluster with this folder has had a store of its own. */
export function privateStoreIn(folder: string): string {
  return join(folder, postgresKind.name, 'data');
}

/** The settings that were left to us. */
function chosenBy(config: Config, settings: PrivateEngine['settings']): readonly EngineSetting[] {
  return (Object.keys(settings) as EngineSetting[]).filter((name) => config[name] === settings[name]);
}

function neededFor(config: Config): readonly PrivateEngine[] {
  return engines.filter(({ settings }) => chosenBy(config, settings).length > 0);
}

/** @throws StartError naming everything that is missing, with the command that installs it. */
export function requireEngines(config: Config): void {
  const needed = neededFor(config);
  const missing = needed.filter(({ kind }) => kind.find() === undefined).map(({ kind }) => kind);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(' and ');
  throw new StartError(
    `A cluster of processes stands on ${names}, not installed here. Install ${missing.length > 1 ? 'them' : 'it'}:  apt-get install --yes ${missing.map((kind) => kind.package).join(' ')}  (or name one you run: ${needed.flatMap(({ settings }) => Object.keys(settings)).join(', ')}).`,
  );
}
