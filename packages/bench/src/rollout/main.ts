import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { thisMachine } from '../measure/machine.ts';
import { drawn } from './histogram.ts';
import { proveRollout, type ProofOptions } from './proof.ts';
import { rolloutSummary, writeRolloutReport } from './report.ts';

/** `npm run rollout-proof -- [--clients 1000] [--sends 500]`: needs etcd, Redis and PostgreSQL installed. */
const folder = join(import.meta.dir, '../../results');
const slowestMsMax = 2_000;
const [clientsMax, sendsMax] = [20_000, 10_000];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const machine = await thisMachine();
  const result = await proveRollout(optionsOf(process.argv.slice(2)));
  for (const line of [...result.steps, '', ...drawn(result.returnsPerSecond), '', ...rolloutSummary(result)])
    print(line);
  print(`Written to ${writeRolloutReport(machine, result, folder)}.md and .json`);
  process.exitCode = result.violations.length === 0 ? 0 : 1;
}

/** @throws RangeError naming the option that is wrong. */
function optionsOf(args: string[]): ProofOptions {
  const options = { clients: { type: 'string', default: '1000' }, sends: { type: 'string', default: '500' } } as const;
  const { clients, sends } = parseArgs({ args, options }).values;
  return {
    clients: numberIn(clients, '--clients', clientsMax),
    sendsPerSecond: numberIn(sends, '--sends', sendsMax),
    args: [],
    slowestMsMax,
    say: print,
  };
}

function numberIn(text: string, name: string, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new RangeError(`${name} takes a whole number from 1 to ${max}, not ${text}.`);
  return value;
}

await main();
