import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { thisMachine } from './measure/machine.ts';
import { markdownOf, writeReport, type Result } from './report.ts';
import type { Scale, Scenario } from './scenario.ts';
import { connectStorm } from './scenarios/connect-storm.ts';
import { idleConnections } from './scenarios/idle-connections.ts';
import { ids } from './scenarios/ids.ts';
import { overloaded } from './scenarios/overload.ts';
import { privateMessages } from './scenarios/private-messages.ts';
import { privateMessagesCluster } from './scenarios/private-messages-cluster.ts';
import { roomBurst } from './scenarios/room-burst.ts';
import { roomPaced } from './scenarios/room-paced.ts';
import { secondStart } from './scenarios/second-start.ts';
import { signIns } from './scenarios/sign-ins.ts';

/** `npm run bench`, `npm run bench -- --quick`, `npm run bench -- --only b4,b5`. */
const scenarios: readonly Scenario[] = [
  idleConnections,
  connectStorm,
  roomPaced,
  roomBurst,
  privateMessages,
  privateMessagesCluster,
  overloaded,
  ids,
  secondStart,
  signIns,
];
const folder = join(import.meta.dir, '../results');

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const options = { quick: { type: 'boolean', default: false }, only: { type: 'string' } } as const;
  const { quick, only } = parseArgs({ options }).values;
  const chosen = scenariosNamed(only);
  const machine = await thisMachine();
  const scale: Scale = { isQuick: quick, rounds: quick ? 3 : 5, say: (line) => print(`  ${line}`) };
  const results: Result[] = [];
  for (const scenario of chosen) {
    print(`${scenario.id.toUpperCase()} ${scenario.title}`);
    results.push(await resultOf(scenario, scale));
  }
  const report = { machine, isQuick: quick, results };
  print(`\n${markdownOf(report)}`);
  print(`Written to ${writeReport(report, folder)}.md and .json`);
}

/** One that fails has no figures, says why, and makes the whole run fail at its end. */
async function resultOf({ id, title, run }: Scenario, scale: Scale): Promise<Result> {
  try {
    return { id, title, ...(await run(scale)) };
  } catch (error) {
    process.exitCode = 1;
    return { id, title, figures: [], workload: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** @throws Error naming those there are. */
function scenariosNamed(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios;
  const names = only.toLowerCase().split(',');
  const unknown = names.filter((name) => !scenarios.some(({ id }) => id === name));
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(', ')}; there are ${scenarios.map(({ id }) => id).join(', ')}.`);
  return scenarios.filter(({ id }) => names.includes(id));
}

await main();
