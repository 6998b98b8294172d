import { etcdKind } from '@parley/server/src/services/etcd.ts';
import { postgresKind, postgresUrl } from '@parley/server/src/services/postgres.ts';
import { redisKind } from '@parley/server/src/services/redis.ts';
import { Service, type ServiceKind } from '@parley/server/src/services/service.ts';
import { RedisClient, SQL } from 'bun';
import { Edge } from '../network/edge.ts';
import type { Random } from '../random.ts';

/** A service that can be ended, started with what it keeps, and made to stand still. */
export type Engine = Pick<Service, 'kill' | 'start' | 'pause' | 'resume'>;
export type EngineName = 'redis' | 'etcd' | 'postgres';

/** Engines that each part has a way of its own to. */
export type ReachedEngine = 'redis' | 'etcd';

export interface Partition {
  /** Bytes that did not arrive. */
  swallowed(): number;
  heal(): void;
}

type Ways = Readonly<Record<ReachedEngine, Edge>>;

/** What the parts of a cluster stand on: Redis, etcd and PostgreSQL, privately, each as people run it. */
export class Engines implements AsyncDisposable {
  readonly redis: Service;
  readonly etcd: Service;
  readonly postgres: Service;
  readonly #random: Random;
  /** By the name of the part. */
  readonly #ways = new Map<string, Ways>();

  private constructor(
    [redis, etcd, postgres]: readonly [redis: Service, etcd: Service, postgres: Service],
    random: Random,
  ) {
    this.redis = redis;
    this.etcd = etcd;
    this.postgres = postgres;
    this.#random = random;
  }

  /** @throws Error naming the packages of those that are not installed. */
  static async start(random: Random): Promise<Engines> {
    requireInstalled([redisKind, etcdKind, postgresKind]);
    const services = await Promise.all([
      Service.start(redisKind),
      Service.start(etcdKind),
      Service.start(postgresKind),
    ]);
    return new Engines(services, random);
  }

  get databaseUrl(): string {
    return postgresUrl(this.postgres.port);
  }

  get ports(): readonly number[] {
    const ways = [...this.#ways.values()].flatMap(({ redis, etcd }) => [redis.port, etcd.port]);
    return [this.redis.port, this.etcd.port, this.postgres.port, ...ways];
  }

  /** The settings of a part that stands on them. */
  async environmentOf(part: string): Promise<Record<string, string>> {
    const { redis, etcd } = await this.#openWays(part);
    const redisUrl = `redis://127.0.0.1:${redis.port}/0`;
    return {
      PARLEY_REGISTRY_URL: `etcd://127.0.0.1:${etcd.port}/chaos`,
      PARLEY_PRESENCE_URL: redisUrl,
      PARLEY_QUEUE_URL: redisUrl,
      PARLEY_STORE_URL: this.databaseUrl,
    };
  }

  /** FLUSHALL. @returns how many keys there were. */
  async emptyRedis(): Promise<number> {
    const client = new RedisClient(`redis://127.0.0.1:${this.redis.port}`);
    try {
      const keys = Number(await client.send('DBSIZE', []));
      await client.send('FLUSHALL', []);
      return keys;
    } finally {
      client.close();
    }
  }

  /** @returns how many connections were ended. */
  async cutDatabase(): Promise<number> {
    const [row] = await this.#ask<{ cut: string }>(
      `select count(pg_terminate_backend(pid)) as cut from pg_stat_activity where ${others}`,
    );
    return Number(row?.cut ?? 0);
  }

  /** Connections whose transaction is open and waits for us. */
  async openTransactions(): Promise<number> {
    const [row] = await this.#ask<{ open: string }>(
      `select count(*) as open from pg_stat_activity where state = 'idle in transaction' and ${others}`,
    );
    return Number(row?.open ?? 0);
  }

  /** Keeps writers out, and lets readers in, until the answered function is called. */
  async lockDatabase(): Promise<() => Promise<void>> {
    const client = new SQL({ url: this.databaseUrl, max: 1 });
    const session = await client.reserve();
    await session.unsafe('begin');
    await session.unsafe('lock table messages in exclusive mode');
    return async () => {
      await session.unsafe('rollback');
      await session.release();
      await client.close({ timeout: 0 });
    };
  }

  /** Nothing passes between the parts of these names and the engine any more, in either direction, until it is healed. */
  partition(engine: ReachedEngine, parts: readonly string[]): Partition {
    const edges = parts.flatMap((name) => this.#ways.get(name)?.[engine] ?? []);
    const swallowed = (): number => edges.reduce((sum, edge) => sum + edge.counts().swallowed, 0);
    const before = swallowed();
    for (const edge of edges) edge.change({ isSilentUp: true, isSilentDown: true });
    return {
      swallowed: () => swallowed() - before,
      heal() {
        for (const edge of edges) edge.clear();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const edges = [...this.#ways.values()].flatMap(({ redis, etcd }) => [redis, etcd]);
    await Promise.all(edges.map((edge) => edge[Symbol.asyncDispose]()));
    await Promise.all([this.redis, this.etcd, this.postgres].map((service) => service[Symbol.asyncDispose]()));
  }

  async #openWays(part: string): Promise<Ways> {
    const known = this.#ways.get(part);
    if (known !== undefined) return known;
    const open = (name: ReachedEngine): Promise<Edge> =>
      Edge.open({
        name: `${part} to ${name}`,
        random: this.#random.stream(`${part} to ${name}`),
        targetPort: () => this[name].port,
      });
    const ways = { redis: await open('redis'), etcd: await open('etcd') };
    this.#ways.set(part, ways);
    return ways;
  }

  async #ask<Row>(text: string): Promise<Row[]> {
    const client = new SQL({ url: this.databaseUrl, max: 1 });
    try {
      return (await client.unsafe(text)) as Row[];
    } finally {
      await client.close({ timeout: 0 });
    }
  }
}

const others = `backend_type = 'client backend' and pid <> pg_backend_pid()`;

function requireInstalled(kinds: readonly ServiceKind[]): void {
  const missing = kinds.filter((kind) => kind.find() === undefined);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(' and ');
  const packages = missing.map((kind) => kind.package).join(' ');
  throw new Error(`A cluster needs ${names}, not installed here: apt-get install --yes ${packages}`);
}
