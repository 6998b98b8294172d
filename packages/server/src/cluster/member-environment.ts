import { spelling, type Config } from '../config/config.ts';
import { foreignEnvironment } from '../foreign-environment.ts';

/** A configuration as the environment of a process, beside what is there that is none of ours. */
export function memberEnvironment(
  config: Config,
  surroundings: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const ours = Object.entries(config).map(([name, value]) => [spelling.environment(name), written(value)] as const);
  return { ...foreignEnvironment(surroundings), ...Object.fromEntries(ours) };
}

/** A list of nothing is not the same as nothing, which would be the default. */
function written(value: unknown): string {
  return Array.isArray(value) ? value.join(',') || ',' : String(value);
}
