import { hostname } from 'node:os';
import { Listing } from './app/listing.ts';
import { openEngines } from './app/open-engines.ts';
import { openFaultyEngines } from './app/open-faulty-engines.ts';
import { openOperations } from './app/open-operations.ts';
import type { Opening } from './app/opening.ts';
import { requireStartable } from './app/require-startable.ts';
import { enginesFor, type Basics, type Engines } from './app/role-engines.ts';
import { startOrder, startRole, stopOrder, type Exhibits, type Running } from './app/start-roles.ts';
import type { RunningServer } from './cli/start.ts';
import type { Config } from './config/config.ts';
import type { FaultControl } from './faults/fault-control.ts';
import { openLog, type Log } from './log.ts';
import { makeFolder } from './make-folder.ts';
import { createMetrics } from './metrics.ts';
import type { NodeStart, Role } from './registry/registry.ts';
import { askStart, type Standing } from './rpc/ask-start.ts';
import { version } from './version.ts';

export { copyBetween } from './app/copy-between.ts';
export { askBlob } from './app/open-blob.ts';
export { askQueue } from './app/open-queue.ts';
export { openSide, openStore } from './app/open-store.ts';
export { requireStartable } from './app/require-startable.ts';

/** Starts the roles of the configuration. @throws StartError when it cannot, saying what to change. */
export async function startServer(config: Config): Promise<RunningServer> {
  requireStartable(config);
  makeFolder(config.dataDir);
  const log = openLog({ to: config.log, level: config.logLevel, dataDir: config.dataDir });
  const node = { nodeId: config.nodeId || `${hostname()}-${process.pid}`, bootId: crypto.randomUUID() };
  log.info({ version, roles: config.roles, nodeId: node.nodeId }, 'Starting');
  const opening: Opening = { config, log, node, metrics: createMetrics(), closers: [] };
  try {
    const { isFirstStart, failed } = await startAll(opening);
    return { isFirstStart, failed, stop: () => closeAll(opening.closers, log) };
  } catch (error) {
    await closeAll(opening.closers, log);
    throw error;
  }
}

/** In the opposite order of opening; each is tried, whatever the others do. */
async function closeAll(closers: (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (const close of closers.splice(0).toReversed())
    await close().catch((error: unknown) => log.error({ error }, 'Closing failed'));
  log.info({}, 'Stopped');
}

interface Opened {
  readonly engines: Basics & Engines;
  readonly control?: FaultControl;
}

/** It is a first start where this process knows that nobody has an account yet. */
async function startAll(opening: Opening): Promise<Pick<RunningServer, 'isFirstStart' | 'failed'>> {
  const { config, node, closers } = opening;
  const names = enginesFor(config.roles);
  const opened: Opened =
    config.faults === 'on' ? await openFaultyEngines(opening, names) : { engines: await openEngines(opening, names) };
  const { engines } = opened;
  const { registry } = engines;
  const address = names.has('calls') ? engines.calls.address : '';
  const ask = (holder: NodeStart): Promise<Standing> => askStart(holder, config.rpcSecret);
  const listing = new Listing({ registry, node: { ...node, address }, ask });
  closers.push(() => listing.end());
  // Before any role says anything in the name of this node.
  if (names.has('registry')) await listing.claim();
  const roles = await startRoles(opening, engines, listing);
  const ops = openOperations(opening, { engines, roles, ...(opened.control && { faults: opened.control }) });
  closers.push(
    () => ops.stop(),
    () => listing.drain(),
  );
  return { isFirstStart: names.has('store') && (await isEmpty(engines)), failed: listing.lost };
}

/** Each role finds those that started before it. @returns what they show. */
async function startRoles(opening: Opening, engines: Basics & Engines, listing: Listing): Promise<Partial<Exhibits>> {
  const running = new Map<Role, Running>();
  opening.closers.push(() => stopRoles(running, listing, opening.log));
  let beside: Partial<Exhibits> = {};
  for (const role of startOrder) {
    if (!opening.config.roles.includes(role)) continue;
    const started = await startRole(role, opening, { engines, beside });
    running.set(role, started);
    beside = { ...beside, ...started.shows };
    if (enginesFor([role]).has('registry')) await listing.add(role);
  }
  return beside;
}

/** Those who let people in stop first; then nobody finds this process any more, and those who work for others finish. */
async function stopRoles(running: ReadonlyMap<Role, Running>, listing: Listing, log: Log): Promise<void> {
  const stop = async (role: Role): Promise<unknown> => running.get(role)?.stop();
  const together = (roles: readonly Role[]): Promise<unknown> => Promise.all(roles.map(stop));
  const last = stopOrder.last.map((role) => () => stop(role));
  for (const step of [() => together(stopOrder.first), () => listing.end(), ...last])
    await step().catch((error: unknown) => log.error({ error }, 'Stopping failed'));
}

async function isEmpty({ store }: Engines): Promise<boolean> {
  return (await store.db.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined;
}
