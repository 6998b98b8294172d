import { createApi, type Api } from '../api/api.ts';
import { listenApi } from '../api/listen-api.ts';
import { clientAddressBehind } from '../client-address.ts';
import type { Config } from '../config/config.ts';
import { createConnect, type Connect } from '../connect/connect.ts';
import { startIds } from '../id/id.ts';
import { listenOn } from '../listen.ts';
import type { Policy } from '../logic/context.ts';
import { createLogic, type Logic } from '../logic/logic.ts';
import type { Role } from '../registry/registry.ts';
import { createSeedRoutes } from '../seed/seed-http.ts';
import { seedTcp, seedWebSocket } from '../seed/seed-protocol.ts';
import { createSeedService } from '../seed/seed-service.ts';
import { shippedFolder } from '../shipped.ts';
import { startSite } from '../site/site.ts';
import { createTask, type Task } from '../task/task.ts';
import { version } from '../version.ts';
import { defectsInto, type Opening } from './opening.ts';
import type { Basics, Engines, EnginesOf } from './role-engines.ts';
import { requireOnlyLogic } from './require-only-logic.ts';

/** What a role shows to the roles beside it in this process, and to the operations port. */
export interface Exhibits {
  readonly logic: Logic;
  readonly connect: Connect;
  readonly task: Task;
  readonly api: Api;
}

/** A role that runs. */
export interface Running {
  readonly shows?: Partial<Exhibits>;
  stop(): Promise<unknown>;
}

type Starter<R extends Role> = (
  opening: Opening,
  engines: EnginesOf<R>,
  beside: Partial<Exhibits>,
) => Running | Promise<Running>;

/** One for each role, in the order in which roles start. */
const starters: { readonly [R in Role]: Starter<R> } = {
  logic: startLogic,
  connect: startConnect,
  task: startTask,
  id: startId,
  api: startApi,
  site: startPage,
};

/** Whoever lets people in goes first; whoever works for others stays until they are gone. */
export const stopOrder = {
  first: ['site', 'api', 'id', 'connect'],
  last: ['logic', 'task'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export const startOrder = Object.keys(starters) as readonly Role[];

/** @throws StartError */
export async function startRole(
  role: Role,
  opening: Opening,
  { engines, beside }: { readonly engines: Basics & Engines; readonly beside: Partial<Exhibits> },
): Promise<Running> {
  return starters[role](opening, engines, beside);
}

async function startLogic({ config }: Opening, engines: EnginesOf<'logic'>): Promise<Running> {
  const { store, presence, queue, clock, ids } = engines;
  const { rpc, drain } = engines.calls;
  await requireOnlyLogic(config, engines);
  const logic = createLogic({ ...engines, rpc, policy: policyOf(config), nextId: () => ids.nextId() });
  logic.start();
  rpc.serve('logic', logic);
  const enqueue: typeof queue.enqueue = (deliveries) => queue.enqueue(deliveries);
  const seed = config.seed === 'on' ? createSeedService({ store, presence, rpc, clock, enqueue }) : undefined;
  if (seed !== undefined) rpc.serve('seed', seed);
  return {
    shows: { logic },
    async stop() {
      await drain();
      seed?.close();
      await logic.close();
    },
  };
}

function startConnect({ config, node }: Opening, engines: EnginesOf<'connect'>): Running {
  const { rpc } = engines.calls;
  const { allowedOrigins, socketsPerUser, socketsPerAddress, wsPort, tcpPorts, host: hostname } = config;
  const protocols = config.seed === 'on' ? [seedWebSocket(rpc), seedTcp(rpc)] : [];
  const clientAddress = clientAddressBehind(config.trustedProxies);
  const limits = { allowedOrigins, socketsPerUser, socketsPerAddress, clientAddress };
  const connectNodes = () => engines.registry.list('connect');
  const connect = createConnect({ ...engines, node, rpc, protocols, connectNodes, ...limits });
  connect.start();
  const place = { hostname, isShared: config.sharedPorts === 'on' };
  listenOn('wsPort', wsPort, () => connect.listenWebSocket({ ...place, port: wsPort }));
  for (const port of tcpPorts) listenOn('tcpPorts', port, () => connect.listenTcp({ ...place, port }));
  return { shows: { connect }, stop: () => connect.drain(config.drainMs).then(() => connect.close()) };
}

async function startTask(_opening: Opening, engines: EnginesOf<'task'>): Promise<Running> {
  const task = createTask({ ...engines, rpc: engines.calls.rpc });
  await task.start();
  // What is on its way is brought there before the clockwork stops.
  return { shows: { task }, stop: () => engines.queue.close().then(() => task.close()) };
}

function startApi({ config, log }: Opening, { calls: { rpc } }: EnginesOf<'api'>): Running {
  const { host, apiPort: port, serverName, allowedOrigins: corsOrigins } = config;
  const clientAddress = clientAddressBehind(config.trustedProxies);
  const place = { host, port, isShared: config.sharedPorts === 'on', clientAddress, onDefect: defectsInto(log) };
  const seedRoutes = config.seed === 'on' ? { seedRoutes: createSeedRoutes(rpc) } : {};
  const api = createApi({ rpc, log, serverName, serverVersion: version, corsOrigins, ...seedRoutes });
  const server = listenOn('apiPort', port, () => listenApi(api, place));
  return { shows: { api }, stop: () => server.stop() };
}

function startId({ config, log }: Opening, { ids }: EnginesOf<'id'>): Running {
  const { idHost: host, idPort: port, idSecret: secret } = config;
  const place = { host, port, secret, nextId: () => ids.nextId(), onDefect: defectsInto(log) };
  return listenOn('idPort', port, () => startIds(place));
}

/** With the API and the sockets on its origin, as far as they are in this process. */
function startPage(
  { config, log }: Opening,
  _engines: EnginesOf<'site'>,
  { api, connect }: Partial<Exhibits>,
): Running {
  const { host, sitePort: port } = config;
  const isShared = config.sharedPorts === 'on';
  const served = { folder: shippedFolder('page'), onDefect: defectsInto(log), ...(api === undefined ? {} : { api }) };
  const place = { ...served, host, port, isShared, clientAddress: clientAddressBehind(config.trustedProxies) };
  return listenOn('sitePort', port, () =>
    connect === undefined ? startSite(place) : startSite({ ...place, socket: connect.mount }),
  );
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
