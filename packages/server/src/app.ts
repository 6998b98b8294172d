import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApi } from './api/api.ts';
import { listenApi } from './api/listen-api.ts';
import type { RunningServer } from './cli/start.ts';
import { systemClock, type Clock } from './clock.ts';
import { spelling, type Config } from './config/config.ts';
import { createConnect, type Connect } from './connect/connect.ts';
import { topicOf } from './delivery.ts';
import { AdjustableClock } from './faults/adjustable-clock.ts';
import { DisorderedQueue } from './faults/disordered-queue.ts';
import { FaultControl } from './faults/fault-control.ts';
import { Faults } from './faults/faults.ts';
import { FaultyQueue } from './faults/faulty-queue.ts';
import { FaultyRpc } from './faults/faulty-rpc.ts';
import { FaultyStore } from './faults/faulty-store.ts';
import type { OnDefect } from './http-serving.ts';
import { LeasedIds } from './ids/leased-ids.ts';
import { listenOn, requireFaultsAtHome, requireWholeOrSite } from './listen.ts';
import { openLog, type Log } from './log.ts';
import type { Policy } from './logic/context.ts';
import { createLogic, type Logic } from './logic/logic.ts';
import { createMetrics } from './metrics.ts';
import { startOps } from './ops.ts';
import { MemoryPresence } from './presence/memory.ts';
import type { Presence } from './presence/presence.ts';
import { RedisPresence } from './presence/redis.ts';
import { MemoryQueue } from './queue/memory.ts';
import type { Queue } from './queue/queue.ts';
import { EtcdRegistry } from './registry/etcd.ts';
import { LocalRegistry } from './registry/local.ts';
import type { Registry } from './registry/registry.ts';
import { DirectRpc } from './rpc/direct.ts';
import type { Rpc } from './rpc/rpc.ts';
import { createSeedRoutes } from './seed/seed-http.ts';
import { seedTcp, seedWebSocket } from './seed/seed-protocol.ts';
import { createSeedService } from './seed/seed-service.ts';
import { startSite } from './site/site.ts';
import { makeFolder } from './make-folder.ts';
import { reasonOf, StartError } from './start-error.ts';
import { SqliteLock } from './store/sqlite-lock.ts';
import { SqliteStore, type SqliteOptions } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import { createTask, type Task } from './task/task.ts';
import { version } from './version.ts';

const pageFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Opens the store of the configuration: `sqlite:` is a file in the data folder, `sqlite:/path` any other. @throws StartError */
export async function openStore(config: Config, options: SqliteOptions = {}): Promise<SqliteStore> {
  try {
    return await SqliteStore.open(storePathOf(config), options);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // A defect: its stack says more than any sentence.
    throw new StartError(`The store ${storePathOf(config)} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

function storePathOf({ storeUrl, dataDir }: Config): string {
  const path = storeUrl.slice('sqlite:'.length);
  return path === '' ? resolve(dataDir, 'parley.sqlite') : resolve(path);
}

/** The same, for a server: two on one file would not hear of what the other tells its clients. @throws StartError */
async function openStoreAlone({ config, closers }: Opening, options: SqliteOptions): Promise<SqliteStore> {
  const path = storePathOf(config);
  makeFolder(dirname(path));
  const lock = takeLock(path);
  if (lock === undefined)
    throw new StartError(
      `Another server works on ${path}. Stop it, or choose another data_dir (${spelling.environment('dataDir')}).`,
    );
  closers.push(async () => lock.release());
  const store = await openStore(config, options);
  closers.push(() => store.close());
  return store;
}

/** @throws StartError when it cannot be known whether another server has it. */
function takeLock(path: string): SqliteLock | undefined {
  try {
    return SqliteLock.tryTake(path);
  } catch (cause) {
    throw new StartError(`${path}.lock cannot be locked: ${reasonOf(cause)}`, { cause });
  }
}

/** Starts the roles of the configuration. @throws StartError when it cannot, saying what to change. */
export async function startServer(config: Config): Promise<RunningServer> {
  requireWholeOrSite(config);
  requireFaultsAtHome(config);
  makeFolder(config.dataDir);
  const log = openLog({ to: config.log, level: config.logLevel, dataDir: config.dataDir });
  log.info({ version, roles: config.roles }, 'Starting');
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const isFirstStart = config.roles.includes('logic')
      ? await startAll({ config, log, closers })
      : startPageOnly({ config, log, closers });
    return { isFirstStart, stop: () => closeAll(closers, log) };
  } catch (error) {
    await closeAll(closers, log);
    throw error;
  }
}

/** In the opposite order of opening; each is tried, whatever the others do. */
async function closeAll(closers: (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (const close of closers.splice(0).toReversed())
    await close().catch((error: unknown) => log.error({ error }, 'Closing failed'));
  log.info({}, 'Stopped');
}

function startPageOnly({ config, log, closers }: Opening): boolean {
  const onDefect = defectsInto(log);
  const site = listenOn('sitePort', config.sitePort, () =>
    startSite({ folder: pageFolder, host: config.host, port: config.sitePort, onDefect }),
  );
  closers.push(() => site.stop());
  const ops = listenOn('opsPort', config.opsPort, () =>
    startOps({ host: config.opsHost, port: config.opsPort, metrics: createMetrics({}), checks: {}, onDefect }),
  );
  closers.push(() => ops.stop());
  return false;
}

/** Every engine embedded, every role in this process. @returns whether nobody has an account yet. */
async function startAll(opening: Opening): Promise<boolean> {
  const { config, closers } = opening;
  const parts = await openParts(opening);
  const { store, rpc, queue, connect, logic, task } = parts;
  closers.push(() => queue.close());
  logic.start();
  rpc.serve('logic', logic);
  closers.push(() => logic.close());
  connect.start();
  await parts.register('connect');
  await task.start();
  openPorts(opening, parts);
  closers.push(() => connect.drain(config.drainMs).then(() => connect.close()));
  const known = await store.db.selectFrom('users').select('id').limit(1).executeTakeFirst();
  return known === undefined;
}

interface Engines {
  readonly clock: Clock;
  readonly store: Store;
  readonly queue: Queue;
  readonly rpc: Rpc;
  /** For the operations port, where faults are on. */
  readonly faults?: FaultControl;
}

interface Parts extends Engines {
  readonly presence: Presence;
  readonly logic: Logic;
  readonly connect: Connect;
  readonly task: Task;
  register(role: 'connect'): Promise<void>;
}

const node = { nodeId: `${hostname()}-${process.pid}`, bootId: crypto.randomUUID() };

async function openEngines(opening: Opening, options: SqliteOptions = {}) {
  const { log } = opening;
  const store = await openStoreAlone(opening, options);
  const onDefect = (error: unknown, place: string): void =>
    log.error({ error, place }, 'A defect in a call between roles');
  const rpc = new DirectRpc({ nodeId: node.nodeId, onDefect });
  const queue = new MemoryQueue({
    onDead: (delivery, error) => log.error({ topic: delivery.topic, error }, 'A delivery could not be made'),
  });
  return { clock: systemClock, store, queue, rpc };
}

/** One page, so that a transaction is in the log, in part, before it is committed. SQLite takes 0 for “as usual”. */
const faultyCacheBytes = 4_096;

/** The same engines behind decorators that make them fail when told to, so that nothing on the way of a message asks whether to. */
async function openFaultyEngines(opening: Opening): Promise<Engines> {
  opening.log.warn({}, 'Faults are on: whoever reaches the operations port can make this server fail');
  const faults = new Faults();
  const insideCommit = (): void => faults.atOnce('commit.inside');
  const engines = await openEngines(opening, { insideCommit, cacheBytes: faultyCacheBytes });
  const clock = new AdjustableClock(engines.clock);
  const queue = new DisorderedQueue(engines.queue);
  return {
    clock,
    store: new FaultyStore(engines.store, faults),
    queue: new FaultyQueue(queue, faults),
    rpc: new FaultyRpc(engines.rpc, faults),
    faults: new FaultControl({ faults, clock, queue, store: engines.store }),
  };
}

async function openParts(opening: Opening): Promise<Parts> {
  const { config, log, closers } = opening;
  const engines: Engines = config.faults === 'on' ? await openFaultyEngines(opening) : await openEngines(opening);
  const { clock, store, queue, rpc } = engines;
  const registry = await openRegistry(config, log);
  closers.push(() => registry.close());
  const presence = openPresence(config, clock, log);
  closers.push(() => presence.close());
  const ids = await LeasedIds.start({
    lease: () => registry.leaseWorkerId(),
    clock,
    onAlarm: (aheadMs) => log.warn({ aheadMs }, 'Ids run ahead of the clock'),
    onLost: (error) => log.warn({ error }, 'The worker id is lost; there are no ids until another one is leased'),
  });
  closers.push(async () => ids.close());
  const ports = { store, presence, registry, rpc, queue, clock, log };
  const logic = createLogic({ ...ports, policy: policyOf(config), nextId: () => ids.nextId() });
  const task = createTask({ queue, presence, registry, rpc, clock, log });
  closers.push(() => task.close());
  const connect = createConnect({ node, rpc, presence, clock, log, ...connectOptions(config, rpc) });
  if (config.seed === 'on') {
    const seed = createSeedService({ store, presence, rpc, clock, enqueue: (deliveries) => queue.enqueue(deliveries) });
    rpc.serve('seed', seed);
    closers.push(async () => seed.close());
  }
  const register = async (role: 'connect'): Promise<void> => {
    const registration = await registry.register({ ...node, role, address: '', isDraining: false });
    closers.push(() => registration.unregister());
  };
  return { ...engines, presence, logic, connect, task, register };
}

function openPresence({ presenceUrl: url }: Config, clock: Clock, log: Log): Presence {
  return url.startsWith('memory:') ? new MemoryPresence(clock) : new RedisPresence({ url, clock, log });
}

/** @throws StartError */
async function openRegistry({ registryUrl: url, dataDir }: Config, log: Log): Promise<Registry> {
  if (url.startsWith('local:')) return new LocalRegistry({ dataDir });
  const onWaiting = (): void => void process.stderr.write('parley: waiting for the registry, which does not answer\n');
  try {
    return await EtcdRegistry.open({ url, log, onWaiting });
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : `cannot be used: ${reasonOf(cause)}`;
    throw new StartError(`${spelling.environment('registryUrl')} ${why}`, { cause });
  }
}

function connectOptions(config: Config, rpc: Rpc) {
  return {
    allowedOrigins: config.allowedOrigins,
    socketsPerUser: config.socketsPerUser,
    socketsPerAddress: config.socketsPerAddress,
    protocols: config.seed === 'on' ? [seedWebSocket(rpc), seedTcp(rpc)] : [],
  };
}

function policyOf(config: Config): Policy {
  return {
    serverName: config.serverName,
    serverVersion: version,
    hasGuests: config.guests === 'on',
    hasRegistration: config.registration === 'on',
    devices: config.devicePolicy,
    sessionTtlMs: config.sessionDays * 86_400_000,
    hasRateLimits: config.rateLimits === 'on',
  };
}

function defectsInto(log: Log): OnDefect {
  return (error) => log.error({ error }, 'A request could not be answered');
}

interface Opening {
  readonly config: Config;
  readonly log: Log;
  /** Closes what was opened so far; the last is called first. */
  readonly closers: (() => Promise<unknown>)[];
}

function openPorts({ config, log, closers }: Opening, parts: Parts): void {
  const { rpc, connect, logic, task, queue, store, presence, faults } = parts;
  const { host } = config;
  const onDefect = defectsInto(log);
  const seedRoutes = config.seed === 'on' ? { seedRoutes: createSeedRoutes(rpc) } : {};
  const api = createApi({
    rpc,
    log,
    serverName: config.serverName,
    serverVersion: version,
    corsOrigins: config.allowedOrigins,
    ...seedRoutes,
  });
  const apiServer = listenOn('apiPort', config.apiPort, () => listenApi(api, { host, port: config.apiPort, onDefect }));
  closers.push(() => apiServer.stop());
  listenOn('wsPort', config.wsPort, () => connect.listenWebSocket({ hostname: host, port: config.wsPort }));
  for (const port of config.tcpPorts) listenOn('tcpPorts', port, () => connect.listenTcp({ hostname: host, port }));
  if (config.roles.includes('site')) {
    const site = listenOn('sitePort', config.sitePort, () =>
      startSite({ folder: pageFolder, host, port: config.sitePort, api, socket: connect.mount, onDefect }),
    );
    closers.push(() => site.stop());
  }
  const metrics = createMetrics({
    connect: () => connect.numbers(),
    task: () => task.numbers(),
    queue: () => queue.depth(),
    refusals: [connect.refusals, logic.refusals],
  });
  const checks = {
    store: () => store.db.selectFrom('settings').select('name').limit(1).execute(),
    queue: () => queue.depth(),
    presence: () => presence.nodesOf([topicOf.user(0)]),
  };
  const ops = listenOn('opsPort', config.opsPort, () =>
    startOps({
      host: config.opsHost,
      port: config.opsPort,
      metrics,
      checks,
      onDefect,
      ...(faults === undefined ? {} : { faults }),
    }),
  );
  closers.push(() => ops.stop());
}
