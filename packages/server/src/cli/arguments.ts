import type { ArgsDef } from 'citty';
import { onClusterStore } from '../cluster/on-cluster-store.ts';
import { didYouMean, readConfig, ConfigError, spelling, type Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';

/** Every setting as a flag, and the file they may come from. */
export const configArgs: ArgsDef = {
  config: { type: 'string', valueHint: 'file', description: 'The configuration file; parley.toml by default.' },
  ...Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      spelling.flag(name),
      { type: 'string', description: setting.meaning },
    ]),
  ),
};

const known = new Set(Object.keys(configArgs));

/**
 * The configuration a command line asks for. Flags are `--name value` or `--name=value`; words without dashes are left to the command,
 * and so are its `ownFlags`, which have no value.
 * @throws ConfigError for an unknown flag, or one without its value.
 */
export function configOf(
  rawArgs: readonly string[],
  ownFlags: readonly string[] = [],
  onExposed: (warning: string) => void = () => undefined,
): Config {
  const flags = flagsOf(rawArgs, new Set(ownFlags));
  const { config: file, ...rest } = flags;
  return readConfig({
    file: file ?? 'parley.toml',
    isFileRequired: file !== undefined,
    environment: process.env,
    flags: rest,
    onExposed,
  });
}

/** The same for a start, which warns of secrets that everybody can read. @throws ConfigError */
export function startConfigOf(rawArgs: readonly string[]): Config {
  return configOf(rawArgs, [], (warning) => void process.stderr.write(`parley: WARNING: ${warning}\n`));
}

/** The same for a command that reads and writes what people have. @throws ConfigError, StartError */
export function storeConfigOf(rawArgs: readonly string[]): Config {
  return onClusterStore(configOf(rawArgs));
}

function flagsOf(rawArgs: readonly string[], own: ReadonlySet<string>): Record<string, string> {
  const flags: Record<string, string> = {};
  for (let index = 0; index < rawArgs.length; index++) {
    const argument = rawArgs[index] ?? '';
    if (!argument.startsWith('--')) continue;
    const [name, inline] = split(argument.slice(2));
    if (own.has(name)) continue;
    const value = inline ?? rawArgs[++index];
    if (!known.has(name)) throw new ConfigError(`Unknown flag --${name}.${didYouMean(name, [...known], '--')}`);
    if (value === undefined || (inline === undefined && value.startsWith('--')))
      throw new ConfigError(`--${name} needs a value.`);
    flags[name] = value;
  }
  return flags;
}

function split(text: string): [string, string?] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
