import { existsSync, readFileSync, statSync } from 'node:fs';
import { settings, type Config, type SettingName } from './settings.ts';

export type { Config } from './settings.ts';

/** A wrong or unknown key, said in words an operator can act on. Stops the start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface ConfigSources {
  /** Path of the TOML file; a missing file is no error unless it was asked for. */
  readonly file: string;
  readonly isFileRequired?: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Kebab-case, without the dashes in front. */
  readonly flags: Readonly<Record<string, string>>;
  /** Told of secrets in the file that every user of the machine can read. */
  readonly onExposed?: (warning: string) => void;
}

const names = Object.keys(settings) as SettingName[];
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const spelling = {
  file: snake,
  environment: (name: string): string => `PARLEY_${snake(name).toUpperCase()}`,
  flag: (name: string): string => snake(name).replaceAll('_', '-'),
} as const;

interface Given {
  readonly value: unknown;
  /** How the operator wrote the key, for messages. */
  readonly key: string;
}

/**
 * Reads the configuration: defaults < file < environment < flags.
 * @throws ConfigError naming the key as it was written, and for an unknown key the nearest known one.
 */
export function readConfig(sources: ConfigSources): Config {
  const file = readFile(sources);
  const given = new Map<SettingName, Given>([
    ...collect(file, { spell: spelling.file, name: sources.file, prefix: '' }),
    ...collect(parleyVariables(sources.environment), {
      spell: spelling.environment,
      name: 'the environment',
      prefix: '',
    }),
    ...collect(sources.flags, { spell: spelling.flag, name: 'the command line', prefix: '--' }),
  ]);
  const config = Object.fromEntries(names.map((name) => [name, parse(name, given.get(name))])) as unknown as Config;
  const exposed = exposedKeys(sources.file, file);
  if (exposed.length > 0)
    sources.onExposed?.(
      `Every user of this machine can read ${sources.file}, which holds secrets (${exposed.join(', ')}): chmod 600 ${sources.file}`,
    );
  return config;
}

const othersRead = 0o004;

/** Keys of the file whose values hold a password or a secret, when everybody can read it. */
function exposedKeys(path: string, values: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = names
    .filter((name) => settings[name].isSecret === true)
    .map(spelling.file)
    .filter((key) => typeof values[key] === 'string' && mask(values[key]) !== values[key]);
  const isExposed = keys.length > 0 && process.platform !== 'win32' && (statSync(path).mode & othersRead) !== 0;
  return isExposed ? keys : [];
}

function readFile(sources: ConfigSources): Record<string, unknown> {
  if (!existsSync(sources.file)) {
    if (sources.isFileRequired === true) throw new ConfigError(`There is no configuration file ${sources.file}.`);
    return {};
  }
  try {
    return Bun.TOML.parse(readFileSync(sources.file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new ConfigError(
      `${sources.file} is not valid TOML: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function parleyVariables(environment: ConfigSources['environment']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([key, value]) => key.startsWith('PARLEY_') && value !== undefined && value !== '',
    ),
  );
}

interface Place {
  spell(name: string): string;
  readonly name: string;
  /** Before each key, as one writes it. */
  readonly prefix: string;
}

function collect(
  values: Readonly<Record<string, unknown>>,
  { spell, name: place, prefix }: Place,
): [SettingName, Given][] {
  const known = new Map(names.map((name) => [spell(name), name]));
  return Object.entries(values).map(([key, value]) => {
    const name = known.get(key);
    if (name === undefined)
      throw new ConfigError(`Unknown key ${prefix}${key} in ${place}.${didYouMean(key, [...known.keys()], prefix)}`);
    return [name, { value, key: `${prefix}${key}` }];
  });
}

function parse(name: SettingName, given: Given | undefined): unknown {
  const parsed = settings[name].schema.safeParse(given?.value);
  if (parsed.success) return parsed.data;
  const shown = settings[name].isSecret ? '' : ` = ${JSON.stringify(given?.value)}`;
  throw new ConfigError(
    `Wrong value for ${given?.key ?? name}${shown}: ${parsed.error.issues[0]?.message ?? 'not valid'}. ${settings[name].meaning}`,
  );
}

/** “ Did you mean x?” for the nearest known key, when it is near. */
export function didYouMean(key: string, known: readonly string[], prefix = ''): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, edits: editDistance(key, candidate) }))
    .toSorted((a, b) => a.edits - b.edits);
  return nearest !== undefined && nearest.edits <= Math.max(2, key.length / 3)
    ? ` Did you mean ${prefix}${nearest.candidate}?`
    : '';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The configuration as TOML, secrets masked; reading it back gives the same settings. */
export function printConfig(config: Config): string {
  return names
    .map((name) => `# ${settings[name].meaning}\n${spelling.file(name)} = ${printValue(name, config[name])}\n`)
    .join('\n');
}

function printValue(name: SettingName, value: unknown): string {
  const isMasked = settings[name].isSecret === true && typeof value === 'string';
  return JSON.stringify(isMasked ? mask(value) : value);
}

/** Up to the last “@”, since a password that is not percent-encoded may hold any character. */
function maskLogin(value: string): string {
  const [start, end] = [value.indexOf('//'), value.lastIndexOf('@')];
  return start < 0 || end < start ? value : `${value.slice(0, start)}//***${value.slice(end)}`;
}

/** Of an address what is not secret stays. */
function mask(value: string): string {
  if (!/^[a-z+]+:/.test(value)) return value === '' ? '' : '***';
  return maskLogin(value).replace(/([?&][^=&]*(?:password|secret|key|token)=)[^&]*/gi, '$1***');
}
