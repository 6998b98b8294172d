import { SQL } from 'bun';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind, postgresUrl } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { Service } from '../services/service.ts';

/** Where a run of tests has started services for all of its files, `<port of etcd>,<port of PostgreSQL>`. */
const portsName = 'PARLEY_TEST_SERVICES';

/** A place of one's own on etcd, Redis and PostgreSQL. */
export interface ClusterServices extends AsyncDisposable {
  readonly registryUrl: string;
  readonly redisUrl: string;
  readonly storeUrl: string;
}

/**
 * Services that many share, etcd and PostgreSQL, because they take long to start.
 * @returns what to set so that `openClusterServices` finds them
 */
export async function startSharedServices(): Promise<
  AsyncDisposable & { readonly environment: Record<string, string> }
> {
  const [etcd, postgres] = await Promise.all([Service.start(etcdKind), Service.start(postgresKind)]);
  return {
    environment: { [portsName]: `${etcd.port},${postgres.port}` },
    [Symbol.asyncDispose]: () => disposeAll([etcd, postgres]),
  };
}

/** Of the shared ones a prefix and a database; without them, and Redis always, private ones. */
export async function openClusterServices(): Promise<ClusterServices> {
  const shared = process.env[portsName]?.split(',').map(Number);
  const own = shared === undefined ? [etcdKind, postgresKind] : [];
  const [redis, others] = await Promise.all([
    Service.start(redisKind),
    Promise.all(own.map((kind) => Service.start(kind))),
  ]);
  const [etcdPort = 0, postgresPort = 0] = shared ?? others.map(({ port }) => port);
  const name = `chat_${crypto.randomUUID().replaceAll('-', '')}`;
  await ask(postgresPort, `create database ${name}`);
  return {
    registryUrl: `etcd://127.0.0.1:${etcdPort}/${name}`,
    redisUrl: `redis://127.0.0.1:${redis.port}/0`,
    storeUrl: postgresUrl(postgresPort, name),
    async [Symbol.asyncDispose]() {
      if (shared !== undefined) await ask(postgresPort, `drop database ${name} with (force)`);
      await disposeAll([redis, ...others]);
    },
  };
}

async function ask(port: number, statement: string): Promise<void> {
  const client = new SQL({ url: postgresUrl(port), max: 1 });
  await client.unsafe(statement);
  await client.close({ timeout: 0 });
}

async function disposeAll(services: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
}
