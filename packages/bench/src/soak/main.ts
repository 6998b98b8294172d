import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportHistory } from '../checker/history.ts';
import { shortestTimeline } from '../checker/shortest-timeline.ts';
import { thisMachine } from '../measure/machine.ts';
import { soak, type SoakOptions, type SoakResult } from './soak.ts';
import { writeSoakReport } from './soak-report.ts';

/** `npm run soak -- --minutes 30 [--seed S]`; `--minutes 1` is a smoke test. */
const folder = join(import.meta.dir, '../../results');
const [minutesMax, seedMax] = [7 * 24 * 60, 2 ** 32];
/** Timelines printed; the report has every violation. */
const timelinesMax = 3;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  print(`Soak of ${options.minutes} minutes, seed ${options.seed}`);
  const machine = await thisMachine();
  const result = await soak(options);
  const path = writeSoakReport({ machine, result }, folder);
  if (result.violations.length > 0) explain(result, `${path}.history.jsonl`);
  for (const text of result.residue) print(`  ${text}`);
  print(`Written to ${path}.md, .json and .svg`);
  print(`not returned: ${result.residue.length}, violations: ${result.violations.length}`);
  process.exitCode = result.residue.length + result.violations.length === 0 ? 0 : 1;
}

/** @throws Error naming the option that is wrong. */
function optionsOf(args: string[]): SoakOptions {
  const options = { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } as const;
  const { minutes, seed } = parseArgs({ args, options }).values;
  return {
    minutes: numberIn(minutes, '--minutes', minutesMax),
    seed: Math.floor(numberIn(seed, '--seed', seedMax)),
    say: (line) => print(`  ${line}`),
  };
}

function numberIn(text: string, name: string, max: number): number {
  const value = Number(text);
  if (!(value > 0 && value <= max)) throw new RangeError(`${name} takes a number above 0 up to ${max}, not ${text}.`);
  return value;
}

function explain({ history, violations }: SoakResult, path: string): void {
  for (const violation of violations.slice(0, timelinesMax)) print(`\n${shortestTimeline(history, violation)}`);
  exportHistory(history, path);
  print(`\nThe whole history: ${path}`);
}

await main();
