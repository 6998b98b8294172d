import { ServerProcess } from '../server-process.ts';
import { etcdKind } from '../services/etcd.ts';
import { redisKind } from '../services/redis.ts';
import { Service } from '../services/service.ts';
import { freePort } from '../free-port.ts';

export const rpcSecret = 'canary-of-the-service-secret-0123456789';

/** Roles as processes that meet through a real etcd and a real Redis. */
export class Cluster implements AsyncDisposable {
  readonly etcd: Service;
  readonly redis: Service;
  readonly processes: ServerProcess[] = [];

  private constructor(etcd: Service, redis: Service) {
    this.etcd = etcd;
    this.redis = redis;
  }

  static async open(): Promise<Cluster> {
    const [etcd, redis] = await Promise.all([Service.start(etcdKind), Service.start(redisKind)]);
    return new Cluster(etcd, redis);
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

  environmentOf(roles: string): Record<string, string> {
    const redis = `redis://127.0.0.1:${this.redis.port}`;
    return {
      PARLEY_ROLES: roles,
      PARLEY_REGISTRY_URL: this.registryUrl,
      PARLEY_PRESENCE_URL: `${redis}/0`,
      PARLEY_QUEUE_URL: `${redis}/0`,
      PARLEY_RPC_SECRET: rpcSecret,
      PARLEY_RATE_LIMITS: 'off',
      PARLEY_LOG_LEVEL: 'debug',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()));
    await Promise.all([this.etcd[Symbol.asyncDispose](), this.redis[Symbol.asyncDispose]()]);
  }
}
