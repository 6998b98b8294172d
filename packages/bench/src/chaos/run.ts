import { limits } from '@parley/protocol';
import { checkHistory } from '../checker/check.ts';
import type { Gauges } from '../checker/history-event.ts';
import { HistoryRecorder, type History } from '../checker/history.ts';
import { residueOf } from '../checker/residue.ts';
import type { Truth } from '../checker/truth.ts';
import type { Violation } from '../checker/violation.ts';
import type { Device } from './actors/device.ts';
import { Cast } from './cast.ts';
import type { Deployment } from './deployment/deployment.ts';
import { holds } from './faults/strike.ts';
import { HeldUp } from './held-up.ts';
import { Load } from './load.ts';
import { brokenPromises } from './promises.ts';
import { Random } from './random.ts';
import { apiUrl, readTruth, unjudged } from './read-truth.ts';
import type { Schedule } from './schedule.ts';
import { Strikes, type StrikeResult } from './strikes.ts';
import { buildWorld, placeNames, places } from './world.ts';

/** Load before the first strike, so that every path has been gone once. */
const warmUpMs = 1_000;
/** In the end everything is quiet within this: heads are told every thirty seconds. [D7] */
const quietWithinMs = 40_000;
/** Quiet for so long is quiet. */
const calmMs = 500;
/** A stream whose client went without a word is found when it is written to. */
const goneWithinMs = limits.streamBeatMs + 5_000;

export interface RunOptions {
  readonly schedule: Schedule;
  start(): Promise<Deployment>;
  say(text: string): void;
}

export interface RunResult {
  readonly seed: number;
  readonly strikes: readonly StrikeResult[];
  readonly violations: readonly Violation[];
  readonly history: History;
  /** How long the machine kept the harness from running. */
  readonly heldUpMs: number;
  readonly tookMs: number;
}

/** One run from an empty server to the verdict. */
export async function run({ schedule, start, say }: RunOptions): Promise<RunResult> {
  const beganAt = performance.now();
  const random = new Random(schedule.seed).stream('run');
  const history = new HistoryRecorder({ seed: schedule.seed });
  say('starting');
  await using deployment = await start();
  const world = await buildWorld(apiUrl(deployment));
  for (const name of placeNames)
    if (!unjudged.has(name))
      history.record({ event: 'conversation', conversationId: world.places[name], kind: places[name].kind });
  using heldUp = new HeldUp(history);
  await using cast = await Cast.start({ deployment, world, history, random });
  await Bun.sleep(calmMs);
  const atRest = await deployment.gauges();
  const strikes = new Strikes({ deployment, world, history, random, cast, say });
  const warm = await underLoad({ cast, schedule, strikes, deployment });
  say('waiting until it is quiet');
  const restless = await settled(cast);
  const gauges = await comparedGauges(deployment, { ...atRest, memoryBytes: warm });
  say('checking');
  // What is true may be later than what was taken down, and never earlier.
  const whole = heldUp.into(history.history());
  const truth = await readTruth({ deployment, world, cast, gauges });
  const promised = [...strikes.promised, ...cast.devices.flatMap((device) => device.promised())];
  const violations = [
    ...checkHistory(whole, truth),
    ...(await brokenPromises(promised, deployment)),
    ...deployment.defects().map(logged),
    ...restless,
  ];
  const tookMs = performance.now() - beganAt;
  const { results } = strikes;
  return { seed: schedule.seed, strikes: results, violations, history: whole, heldUpMs: heldUp.totalMs, tookMs };
}

interface Underway {
  readonly cast: Cast;
  readonly schedule: Schedule;
  readonly strikes: Strikes;
  readonly deployment: Deployment;
}

/** @returns the bytes of memory that are in use once every fault has happened once: what comes after must not add to them. */
async function underLoad({ cast, schedule, strikes, deployment }: Underway): Promise<number> {
  using _load = new Load(cast, schedule.scripts);
  await Bun.sleep(warmUpMs);
  let warm: number | undefined;
  for (const phases of schedule.rounds) {
    for (const phase of phases) await strikes.phase(phase);
    warm ??= (await deployment.gauges()).memoryBytes;
  }
  return warm ?? 0;
}

/** What is over takes a moment to be gone. [I13] */
async function comparedGauges(deployment: Deployment, baseline: Gauges): Promise<Truth['gauges']> {
  const until = performance.now() + goneWithinMs;
  for (;;) {
    const final = await deployment.gauges();
    if (residueOf(baseline, final).length === 0 || performance.now() > until) return { baseline, final };
    await Bun.sleep(calmMs);
  }
}

function logged(text: string): Violation {
  return { rule: 'D11', says: `The server logged a defect: ${text}`, events: [], about: {} };
}

/** Everybody reconnects once more, at one moment. @returns who does not come to rest. */
async function settled(cast: Cast): Promise<Violation[]> {
  for (const { edge } of cast.devices) {
    edge.clear();
    edge.cut();
  }
  const until = performance.now() + quietWithinMs;
  const isQuiet = (): boolean => {
    for (const device of cast.devices) device.hurry();
    return cast.devices.every((device) => device.unrest() === undefined);
  };
  do {
    await holds(isQuiet, until - performance.now());
    await Bun.sleep(calmMs);
  } while (!isQuiet() && performance.now() < until);
  return cast.devices.filter((device) => device.unrest() !== undefined).map(neverQuiet);
}

function neverQuiet(device: Device): Violation {
  const { name } = device;
  return {
    rule: 'I12',
    says: `Device ${name} does not come to rest within ${quietWithinMs} ms after the faults: ${device.unrest()}.`,
    events: [],
    about: { device: name },
  };
}
