import type { Config } from './config/config.ts';
import { spelling } from './config/config.ts';
import type { SettingName } from './config/settings.ts';
import { StartError } from './start-error.ts';

/** Opens a port; a taken one is an error that names the key to change. @throws StartError */
export function listenOn<T>(key: SettingName, port: number, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw startErrorOf(key, port, error);
  }
}

function startErrorOf(key: SettingName, port: number, cause: unknown): unknown {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const name = spelling.file(key);
  const change = `Stop what uses it, or set ${name} (${spelling.environment(key)}, --${spelling.flag(key)}).`;
  if (code === 'EADDRINUSE') return new StartError(`Port ${port} is taken. ${change}`, { cause });
  if (code === 'EACCES')
    return new StartError(`Port ${port} needs rights this user does not have. ${change}`, { cause });
  return cause;
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Whoever reaches the operations port could break the server. @throws StartError */
export function requireFaultsAtHome({ faults, opsHost }: Config): void {
  if (faults === 'off' || loopback.test(opsHost)) return;
  throw new StartError(
    `${spelling.file('faults')} = "on" lets whoever reaches the operations port make this server fail, so ${spelling.file('opsHost')} must be a loopback address, not ${opsHost}. Set ${spelling.environment('opsHost')}=127.0.0.1, or leave faults off.`,
  );
}

/** Embedded engines live in one process, so the roles that need each other do, too. @throws StartError */
export function requireWholeOrSite(config: Config): void {
  const needed = ['api', 'logic', 'connect', 'task'] as const;
  const missing = needed.filter((role) => !config.roles.includes(role));
  if (missing.length === 0 || missing.length === needed.length) return;
  throw new StartError(
    `The roles ${config.roles.join(', ')} need ${missing.join(', ')} beside them: with embedded engines api, logic, connect and task run in one process. Only site runs alone.`,
  );
}
