import { join } from 'node:path';
import type { Role } from '@parley/server/src/config/settings.ts';
import { freePort } from '@parley/server/src/services/free-port.ts';
import { ServerProcess } from '@parley/server/test/server-process.ts';
import type { FaultClass, Gauges } from '../../checker/history-event.ts';
import { readStoredOnPostgres } from '../../checker/read-stored-on-postgres.ts';
import type { StoredTruth } from '../../checker/truth.ts';
import { readClusterGauges } from '../../measure/server-gauges.ts';
import { Random } from '../random.ts';
import type { Deployment, Entrance, Part } from './deployment.ts';
import { Engines } from './engines.ts';
import { FaultControl } from './fault-control.ts';
import { loggedDefects } from './logged-defects.ts';

/** Two of each role that can be more than one, each a process; clients of one conversation are on both connect nodes. */
const plan = [
  { name: 'logic-1', roles: ['logic'] },
  { name: 'logic-2', roles: ['logic'] },
  { name: 'task-1', roles: ['task'] },
  { name: 'task-2', roles: ['task'] },
  { name: 'connect-1', roles: ['connect'] },
  { name: 'connect-2', roles: ['connect'] },
  { name: 'web', roles: ['site', 'api'] },
] as const satisfies readonly { readonly name: string; readonly roles: readonly Role[] }[];

/** Parts that have the same id after every start; the others have a new one. */
const named: ReadonlySet<string> = new Set(['logic-2', 'task-2', 'connect-2']);

const rpcSecret = 'of-the-cluster-under-faults-0123456789';
/** How long a process that is told to go sends its clients away; short, so that a run has many. */
const drainMs = 300;
const figuresWithinMs = 15_000;
const retryMs = 200;

interface Running {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly server: ServerProcess;
  readonly rpcPort: number;
}

/** Each role on its own, on real etcd, Redis and PostgreSQL. */
export class Cluster implements Deployment {
  readonly engines: Engines;
  readonly #parts: Running[] = [];

  private constructor(engines: Engines) {
    this.engines = engines;
  }

  /** @throws Error when one of the engines is not installed, naming how to. */
  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await Engines.start(new Random(0)));
    try {
      const [first, ...others] = plan;
      // The first one makes the tables, and whoever calls logic waits until there is some.
      await cluster.#startPart(first);
      await allOf(others.map((part) => cluster.#startPart(part)));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get parts(): readonly Part[] {
    return this.#parts.map(({ name, roles, server }) => ({ name, roles, pid: server.pid }));
  }

  get entrances(): readonly Entrance[] {
    const { api } = this.#named('web').server.ports;
    const nodes = this.#parts.filter(({ roles }) => roles.includes('connect'));
    return nodes.map(({ server: { ports } }) => ({ site: undefined, api, socket: ports.ws, tcp: ports.tcp[0] }));
  }

  whyNot(fault: FaultClass): string | undefined {
    return fault === 'F6' ? 'the disk is PostgreSQL’s, which ends when it is full: as killed under F5' : undefined;
  }

  isRunning({ name }: Part): boolean {
    return this.#named(name).server.isRunning;
  }

  kill({ name }: Part): Promise<void> {
    return this.#named(name).server.kill();
  }

  async died({ name }: Part, withinMs: number): Promise<void> {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), withinMs);
    const first = await Promise.race([this.#named(name).server.exited, late.promise]);
    clearTimeout(timer);
    if (first === 'late') throw new Error(`${name} did not end within ${withinMs} ms.`);
  }

  pause({ pid }: Part): void {
    process.kill(pid, 'SIGSTOP');
  }

  resume({ pid }: Part): void {
    process.kill(pid, 'SIGCONT');
  }

  start({ name }: Part): Promise<void> {
    return this.#named(name).server.start();
  }

  drain({ name }: Part): Promise<number> {
    return this.#named(name).server.stop();
  }

  faults({ name }: Part): FaultControl {
    return new FaultControl(this.#named(name).server.ports.ops);
  }

  lockDatabase(): Promise<() => Promise<void>> {
    return this.engines.lockDatabase();
  }

  async gauges(): Promise<Gauges> {
    const until = performance.now() + figuresWithinMs;
    for (;;)
      try {
        return await this.#gauges();
      } catch (error) {
        // The queue has no figures until a part found Redis again.
        if (performance.now() > until) throw error;
        await Bun.sleep(retryMs);
      }
  }

  #gauges(): Promise<Gauges> {
    const pooled = new Set([...this.#parts.map(({ rpcPort }) => rpcPort), ...this.engines.ports]);
    const parts = this.#parts.map(({ server }) => ({ pid: server.pid, opsPort: server.ports.ops }));
    return readClusterGauges(parts, pooled);
  }

  defects(): readonly string[] {
    return this.#parts.flatMap(({ name, server }) =>
      loggedDefects(join(server.dataDir, 'parley.log')).map((text) => `${name}: ${text}`),
    );
  }

  stored(conversationId: number): Promise<StoredTruth> {
    return readStoredOnPostgres(this.engines.databaseUrl, conversationId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#parts.map(({ server }) => server[Symbol.asyncDispose]()));
    await this.engines[Symbol.asyncDispose]();
  }

  async #startPart({ name, roles }: { readonly name: string; readonly roles: readonly Role[] }): Promise<void> {
    const rpcPort = await freePort();
    const server = await ServerProcess.start({
      ...(await this.engines.environmentOf(name)),
      PARLEY_ROLES: roles.join(','),
      PARLEY_RPC_PORT: String(rpcPort),
      PARLEY_RPC_SECRET: rpcSecret,
      PARLEY_FAULTS: 'on',
      PARLEY_RATE_LIMITS: 'off',
      PARLEY_DRAIN_MS: String(drainMs),
      ...(named.has(name) ? { PARLEY_NODE_ID: name } : {}),
    });
    this.#parts.push({ name, roles, server, rpcPort });
  }

  #named(name: string): Running {
    const part = this.#parts.find((each) => each.name === name);
    if (part === undefined) throw new RangeError(`There is no part ${name}.`);
    return part;
  }
}

/** As `Promise.all`, and rejects only when none is on its way any more. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
