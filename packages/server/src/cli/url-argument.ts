import { ConfigError } from '../config/config.ts';

const scheme = 'env:';

/**
 * An address on the command line. Every user of a machine can read those of others, so one with a password is better named:
 * `env:NEW_STORE` is what the environment holds as NEW_STORE. @throws ConfigError
 */
export function urlArgument(argument: string, environment: Readonly<Record<string, string | undefined>>): string {
  if (!argument.startsWith(scheme)) return argument;
  const name = argument.slice(scheme.length);
  const value = environment[name];
  if (value === undefined || value === '')
    throw new ConfigError(`${argument} is an address the environment holds as ${name || 'a name'}, and it holds none.`);
  return value;
}
