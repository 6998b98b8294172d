import type { Config } from '../config/config.ts';
import type { Role } from '../registry/registry.ts';

/** Roles that call each other. */
export const linkedRoles = ['api', 'logic', 'connect', 'task'] as const satisfies readonly Role[];

/** Whether some of the roles that call each other are in other processes: a secret to show them says so, too. */
export function isLinked({ roles, rpcSecret }: Config): boolean {
  const here = linkedRoles.filter((role) => roles.includes(role));
  return here.length > 0 && (here.length < linkedRoles.length || rpcSecret !== '');
}
