import type { ArgsDef } from 'citty';
import { countMax, partNames, usualCounts, type Counts, type Part } from '../cluster/plan.ts';
import { ConfigError, type Config } from '../config/config.ts';
import { configArgs, startConfigOf } from './arguments.ts';

const partMeanings: Readonly<Record<Part, string>> = {
  logic: 'that decide what is stored',
  task: 'that bring deliveries to the sockets',
  connect: 'that hold sockets',
  api: 'with the page, the API and the page’s sockets',
};

export const upArgs: ArgsDef = {
  cluster: { type: 'boolean', description: 'Every role as processes of its own.' },
  ...Object.fromEntries(
    partNames.map((part) => [
      part,
      {
        type: 'string',
        valueHint: `1-${countMax}`,
        description: `With --cluster: how many processes ${partMeanings[part]}; ${usualCounts[part]} by default.`,
      },
    ]),
  ),
  ...configArgs,
};

export interface UpArguments {
  readonly config: Config;
  /** Undefined: one process. */
  readonly counts: Counts | undefined;
}

/** @throws ConfigError */
export function upArgumentsOf(rawArgs: readonly string[]): UpArguments {
  const counts: Partial<Record<Part, number>> = {};
  const rest: string[] = [];
  let isCluster = false;
  const words = rawArgs.values();
  for (const word of words) {
    const [flag = '', inline] = word.split('=', 2);
    const part = partNames.find((name) => flag === `--${name}`);
    if (flag === '--cluster') isCluster = switchOf(inline);
    else if (part === undefined) rest.push(word);
    else counts[part] = countOf(flag, inline ?? words.next().value);
  }
  const [given] = Object.keys(counts);
  if (!isCluster && given !== undefined) throw new ConfigError(`--${given} needs --cluster beside it.`);
  return { config: startConfigOf(rest), counts: isCluster ? { ...usualCounts, ...counts } : undefined };
}

function switchOf(value: string | undefined): boolean {
  if (value === undefined || value === 'true') return true;
  if (value === 'false') return false;
  throw new ConfigError('--cluster takes no value.');
}

function countOf(flag: string, text: string | undefined): number {
  const count = /^\d{1,3}$/.test(text ?? '') ? Number(text) : 0;
  if (count >= 1 && count <= countMax) return count;
  throw new ConfigError(`${flag} takes a number from 1 to ${countMax}${text === undefined ? '' : `, not ${text}`}.`);
}
