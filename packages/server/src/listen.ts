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
