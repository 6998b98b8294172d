import { ServerProcess } from '../server-process.ts';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind, postgresUrl } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { Service } from '../services/service.ts';
import { freePort } from '../free-port.ts';

export const rpcSecret = 'canary-of-the-service-secret-0123456789';

export interface ClusterOptions {
  /** Where `logic` keeps everything. With SQLite there can be one node of it. */
  readonly store?: 'sqlite' | 'postgres';
}

/** Two nodes of each role people's sockets and messages go through, and the page with the API. */
export interface TwoOfEach {
  readonly connect: readonly [ServerProcess, ServerProcess];
  readonly logic: readonly [ServerProcess, ServerProcess];
  readonly task: readonly [ServerProcess, ServerProcess];
  readonly web: ServerProcess;
}

/** Roles as processes that meet through a real etcd and a real Redis, on SQLite or a real PostgreSQL. */
export class Cluster implements AsyncDisposable {
  readonly etcd: Service;
  readonly redis: Service;
  readonly processes: ServerProcess[] = [];
  readonly #postgres: Service | undefined;

  private constructor(etcd: Service, redis: Service, postgres?: Service) {
    this.etcd = etcd;
    this.redis = redis;
    this.#postgres = postgres;
  }

  static async open({ store = 'sqlite' }: ClusterOptions = {}): Promise<Cluster> {
    const postgres = store === 'sqlite' ? [] : [Service.start(postgresKind)];
    const [etcd, redis, ...others] = await Promise.all([
      Service.start(etcdKind),
      Service.start(redisKind),
      ...postgres,
    ]);
    return new Cluster(etcd, redis, others[0]);
  }

  get postgres(): Service {
    if (this.#postgres === undefined) throw new Error('This cluster keeps everything in SQLite.');
    return this.#postgres;
  }

  get storeUrl(): string {
    return this.#postgres === undefined ? 'sqlite:' : postgresUrl(this.#postgres.port);
  }

  get registryUrl(): string {
    return `etcd://127.0.0.1:${this.etcd.port}/cluster`;
  }

  /** Resolves when it is ready, so whom it needs must be there. */
  async start(roles: string, environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const rpcPort = String(await freePort());
    const process = await ServerProcess.start({
      ...this.environmentOf(roles),
      PARLEY_RPC_PORT: rpcPort,
      ...environment,
    });
    this.processes.push(process);
    return process;
  }

  /** On PostgreSQL. `environment` is for the connect nodes. */
  async startTwoOfEach(environment: Readonly<Record<string, string>> = {}): Promise<TwoOfEach> {
    const pair = (roles: string, more = {}) => Promise.all([this.start(roles, more), this.start(roles, more)]);
    const [logic, task] = await Promise.all([pair('logic'), pair('task')]);
    const [connect, web] = await Promise.all([pair('connect', environment), this.start('site,api')]);
    return { connect, logic, task, web };
  }

  environmentOf(roles: string): Record<string, string> {
    const redis = `redis://127.0.0.1:${this.redis.port}`;
    return {
      PARLEY_ROLES: roles,
      PARLEY_REGISTRY_URL: this.registryUrl,
      PARLEY_PRESENCE_URL: `${redis}/0`,
      PARLEY_QUEUE_URL: `${redis}/0`,
      PARLEY_STORE_URL: this.storeUrl,
      PARLEY_RPC_SECRET: rpcSecret,
      PARLEY_RATE_LIMITS: 'off',
      PARLEY_LOG_LEVEL: 'debug',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()));
    const services = [this.etcd, this.redis, ...(this.#postgres === undefined ? [] : [this.#postgres])];
    await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
  }
}
