import type { Role } from '@parley/server/src/config/settings.ts';
import type { Deployment, Part } from '../deployment/deployment.ts';

/** The parts with one of these roles, at least one. @throws Error when there is none */
export function partsWith({ parts }: Deployment, roles: readonly Role[]): readonly Part[] {
  const found = parts.filter((part) => roles.some((role) => part.roles.includes(role)));
  if (found.length === 0) throw new Error(`The deployment has no part with the role ${roles.join(' or ')}.`);
  return found;
}
