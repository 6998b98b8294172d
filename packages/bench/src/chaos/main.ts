import { parseArgs } from 'node:util';
import type { FaultClass } from '../checker/history-event.ts';
import { exportHistory } from '../checker/history.ts';
import { Cluster } from './deployment/cluster.ts';
import type { Deployment, Shape } from './deployment/deployment.ts';
import { OneProcess } from './deployment/one-process.ts';
import { Progress } from './progress.ts';
import { failuresOf, reportOf } from './report.ts';
import { run, type RunResult } from './run.ts';
import { roundMs, scheduleOf, type ScheduleOptions } from './schedule.ts';

/** `npm run chaos`, `npm run chaos -- --quick --seed 7 --only F6`, `npm run chaos -- --cluster --quick`. */
const defaultMinutes = 5;
const minuteMs = 60_000;

let deployment: Deployment | undefined;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const options = {
  cluster: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  minutes: { type: 'string', default: String(defaultMinutes) },
  seed: { type: 'string' },
  seeds: { type: 'string', default: '1' },
  only: { type: 'string' },
  save: { type: 'string' },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : numberOf('--seed', values.seed);
  const forMs = values.quick ? roundMs : numberOf('--minutes', values.minutes) * minuteMs;
  const shape = values.cluster ? 'cluster' : 'one-process';
  const only = values.only === undefined ? {} : { only: classesOf(values.only) };
  const results: (RunResult | undefined)[] = [];
  for (let index = 0; index < numberOf('--seeds', values.seeds); index++) {
    const result = await oneRun({ seed: seed + index, forMs, shape, ...only });
    if (values.save !== undefined && result !== undefined)
      exportHistory(result.history, values.seeds === '1' ? values.save : `${values.save}.${result.seed}`);
    results.push(result);
  }
  if (results.length > 1) print(results.map((result, index) => summaryOf(seed + index, result)).join('\n'));
  for (const error of unhandled) print(`A rejection nobody handled: ${Bun.inspect(error)}`);
  const violations = unhandled.length + results.reduce((sum, result) => sum + badOf(result), 0);
  print(`violations: ${violations}`);
  process.exitCode = violations === 0 ? 0 : 1;
}

/** Undefined: it came to no verdict, which is a violation as well. */
async function oneRun(scheduled: ScheduleOptions & { readonly shape: Shape }): Promise<RunResult | undefined> {
  using progress = new Progress(process.stderr);
  print(`seed ${scheduled.seed}`);
  try {
    const result = await run({
      schedule: scheduleOf(scheduled),
      start: () => start(scheduled.shape),
      say: (text) => progress.say(text),
    });
    print(reportOf(result));
    return result;
  } catch (error) {
    print(`The run failed: ${Bun.inspect(error)}`);
    return undefined;
  } finally {
    deployment = undefined;
  }
}

async function start(shape: Shape): Promise<Deployment> {
  deployment = shape === 'cluster' ? await Cluster.start() : await OneProcess.start();
  return deployment;
}

/** What was started ends with this program, however it is told to end. */
function endOn(signal: NodeJS.Signals): void {
  process.once(signal, () => {
    void Promise.resolve(deployment?.[Symbol.asyncDispose]()).finally(() => process.kill(process.pid, signal));
  });
}

function badOf(result: RunResult | undefined): number {
  if (result === undefined) return 1;
  return result.violations.length + failuresOf(result).length;
}

function summaryOf(seed: number, result: RunResult | undefined): string {
  if (result === undefined) return `seed ${seed}: failed`;
  const seconds = (result.tookMs / 1_000).toFixed(1);
  return `seed ${seed}: ${badOf(result)} violations, ${result.strikes.length} faults, ${result.history.events.length} events, ${seconds} s`;
}

/** @throws Error naming the option */
function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${option} takes a number above 0, not ${text}.`);
  return value;
}

/** @throws Error naming what is no class */
function classesOf(text: string): FaultClass[] {
  return text.split(',').map((name) => {
    if (!/^F\d+$/.test(name)) throw new Error(`--only takes classes such as F6,F9, not ${name}.`);
    return name as FaultClass;
  });
}

// The SDK runs in here; what it leaves to nobody would end a program that uses it.
const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
endOn('SIGINT');
endOn('SIGTERM');
await main();
