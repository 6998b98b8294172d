import { PostgresStore } from '@parley/server/src/store/postgres.ts';
import { Cluster } from '@parley/server/test/cluster/cluster.ts';
import type { ServerProcess } from '@parley/server/test/server-process.ts';
import { fill, type World } from './world.ts';

/** What a node does in one second is no work of a message. */
const settings = { PARLEY_LOG_LEVEL: 'info', PARLEY_RATE_LIMITS: 'off' };

/** The five roles as processes of their own, on etcd, Redis and a PostgreSQL that holds `world`. */
export class BenchCluster implements AsyncDisposable {
  private readonly cluster: Cluster;
  private readonly roles: Readonly<Record<Hop, ServerProcess>>;

  private constructor(cluster: Cluster, roles: Readonly<Record<Hop, ServerProcess>>) {
    this.cluster = cluster;
    this.roles = roles;
  }

  static async start(world: World): Promise<BenchCluster> {
    const cluster = await Cluster.open({ store: 'postgres' });
    {
      await using store = await PostgresStore.open(cluster.storeUrl);
      await fill(store, world);
    }
    const [logic, task, connect] = await Promise.all(
      (['logic', 'task', 'connect', 'api', 'site'] as const).map((role) => cluster.start(role, settings)),
    );
    if (logic === undefined || task === undefined || connect === undefined) throw new Error('A role did not start.');
    return new BenchCluster(cluster, { connect, logic, task });
  }

  get port(): number {
    return this.roles.connect.ports.ws;
  }

  /** Of everything a message passes. */
  get pids(): ReadonlyMap<string, number> {
    const { postgres, redis, etcd } = this.cluster;
    const { connect, logic, task } = this.roles;
    const services = [postgres, redis, etcd].map(({ pid = 0 }) => pid);
    const names = ['connect', 'logic', 'task', 'PostgreSQL', 'Redis', 'etcd'];
    return new Map([connect.pid, logic.pid, task.pid, ...services].map((pid, index) => [names[index] ?? '', pid]));
  }

  /** Calls between the roles so far: from connect to logic with commands, from task to connect with deliveries. */
  async calls(): Promise<{ readonly commands: number; readonly deliveries: number }> {
    const { connect, task } = this.roles;
    return {
      commands: await countOf(connect, 'logic.handle'),
      deliveries: await countOf(task, 'connect.deliver'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.cluster.processes.map((process) => process.stop()));
    await this.cluster[Symbol.asyncDispose]();
  }
}

type Hop = 'connect' | 'logic' | 'task';

async function countOf({ opsUrl }: ServerProcess, call: string): Promise<number> {
  const figures = await (await fetch(`${opsUrl}/metrics`)).text();
  return Number(new RegExp(`^parley_rpc_seconds_count\\{call="${call}"\\} (\\d+)`, 'm').exec(figures)?.[1] ?? 0);
}
