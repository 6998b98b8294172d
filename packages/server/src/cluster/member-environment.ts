import { spelling, type Config } from '../config/config.ts';

/** A configuration as the environment of a process, beside what is there that is none of ours. */
export function memberEnvironment(
  config: Config,
  surroundings: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const others = Object.entries(surroundings).filter(([key]) => !key.startsWith('PARLEY_'));
  const ours = Object.entries(config).map(([name, value]) => [spelling.environment(name), written(value)] as const);
  return Object.fromEntries([...others, ...ours].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A list of nothing is not the same as nothing, which would be the default. */
function written(value: unknown): string {
  return Array.isArray(value) ? value.join(',') || ',' : String(value);
}
