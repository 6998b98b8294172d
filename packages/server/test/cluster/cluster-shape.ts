import { freePort } from '../free-port.ts';
import type { Settings, Shape } from '../program.ts';
import { openClusterServices } from './cluster-services.ts';

const secret = 'the-service-secret-of-a-server-that-is-tested';

/** What people meet at one address: two nodes that share the ports of sockets, one of them with the page and the API. */
const frontRoles = ['site,api,connect', 'connect'] as const;
const backRoles = ['logic', 'logic', 'task', 'task'] as const;

/** A server as two nodes of each role, on services of its own. */
export async function openClusterShape(settings: Settings): Promise<Shape> {
  const services = await openClusterServices();
  const shared: Settings = {
    ...settings,
    PARLEY_REGISTRY_URL: services.registryUrl,
    PARLEY_PRESENCE_URL: services.redisUrl,
    PARLEY_QUEUE_URL: services.redisUrl,
    PARLEY_STORE_URL: services.storeUrl,
    PARLEY_RPC_SECRET: secret,
    PARLEY_SHARED_PORTS: 'on',
  };
  const nodeOf = async (roles: string, index: number): Promise<Settings> => ({
    ...shared,
    PARLEY_ROLES: roles,
    PARLEY_NODE_ID: `${roles.replaceAll(',', '-')}-${index}`,
    PARLEY_RPC_PORT: String(await freePort()),
  });
  const behind = async (roles: string, index: number): Promise<Settings> => ({
    ...(await nodeOf(roles, index)),
    PARLEY_OPS_PORT: String(await freePort()),
  });
  return {
    front: [await nodeOf(frontRoles[0], 0), await behind(frontRoles[1], 1)],
    back: await Promise.all(backRoles.map(behind)),
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}
