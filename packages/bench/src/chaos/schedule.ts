import type { FaultClass } from '../checker/history-event.ts';
import { roster } from './actors/roster.ts';
import { scriptOf } from './actors/script.ts';
import type { Step } from './actors/act.ts';
import { deafReader, overload, reconnectStorm } from './faults/crowds.ts';
import { failsAtStep, killAnywhere, killsAtSteps } from './faults/kills.ts';
import { vandalism } from './faults/malformed.ts';
import { disturb, disturbances, flapping, oldClient } from './faults/network.ts';
import { clock, disorderedQueue, loopStall, pause, restart } from './faults/process.ts';
import { serviceOutages } from './faults/services.ts';
import { fullDisk, killedMidCommit, lockedDatabase, tornLog } from './faults/storage.ts';
import type { Strike } from './faults/strike.ts';
import { Random } from './random.ts';

export interface ScheduleOptions {
  readonly seed: number;
  /** At least this long; strikes may need longer. */
  readonly forMs: number;
  /** Only strikes of these classes; all when left out. */
  readonly only?: readonly FaultClass[];
}

/** Some time of a run: its strikes on everybody follow one another, those on single clients go on beside them. */
export interface Phase {
  readonly name: string;
  readonly system: readonly Strike[];
  /** Each lane in its order, all lanes at a time. */
  readonly edges: readonly (readonly Strike[])[];
}

/** What will happen in a run. */
export interface Schedule {
  readonly seed: number;
  /** In each every fault once, or as often as it has places to strike. */
  readonly rounds: readonly (readonly Phase[])[];
  /** By device; begun anew when the strikes take longer. */
  readonly scripts: ReadonlyMap<string, readonly Step[]>;
}

/** How long every fault once takes, about. */
export const roundMs = 30_000;
const edgeForMs = 2_000;
/** Clients that are struck at a time. */
const edgeLanes = 3;

/** A request over HTTP is over before much can be done to its connection. */
const connectedOnes = roster.filter(({ speaks }) => speaks !== 'http').map(({ device }) => device);

/** The same for the same seed. @throws RangeError naming a class that has no strike: a run without it proves nothing of it. */
export function scheduleOf({ seed, forMs, only }: ScheduleOptions): Schedule {
  const random = new Random(seed);
  const isWanted = (strike: Strike): boolean => only?.includes(strike.class) ?? true;
  const rounds = Array.from({ length: Math.max(1, Math.round(forMs / roundMs)) }, (_, round) =>
    phasesOf(random.stream(`round ${round}`), seed + round),
  );
  const all = new Set(
    rounds.flat().flatMap(({ system, edges }) => [...system, ...edges.flat()].map((one) => one.class)),
  );
  const unknown = only?.find((name) => !all.has(name));
  if (unknown !== undefined) throw new RangeError(`There is no fault of the class ${unknown}.`);
  const scripts = roster.map(
    (entry) => [entry.device, scriptOf(entry, forMs, random.stream(`script of ${entry.device}`))] as const,
  );
  const wanted = rounds.map((phases) => phases.map((phase) => withOnly(phase, isWanted)));
  return { seed, scripts: new Map(scripts), rounds: wanted };
}

function withOnly({ name, system, edges }: Phase, isWanted: (strike: Strike) => boolean): Phase {
  return { name, system: system.filter(isWanted), edges: edges.map((lane) => lane.filter(isWanted)) };
}

/** Who is to be sent away in time needs a server that lives as long: the strikes that end it have a phase of their own. */
function phasesOf(random: Random, turn: number): Phase[] {
  return random.shuffled([deadly(random.stream('deadly'), turn), lively(random.stream('lively'))]);
}

function deadly(random: Random, turn: number): Phase {
  const system = [
    ...killsAtSteps(random, { turn, count: 3 }),
    killAnywhere(random),
    killedMidCommit(random),
    tornLog(),
    restart(),
    ...serviceOutages(),
  ];
  const edges = [
    ...disturbances.map((disturbance) => (device: string) => disturb(disturbance, { device, forMs: edgeForMs })),
    (device: string) => flapping(random, { device, forMs: edgeForMs }),
  ];
  // Every lane strikes clients of its own: two strikes on one would end each other.
  const lanes = inLanes(random.shuffled(edges)).map((lane, index) => {
    const devices = connectedOnes.filter((_device, place) => place % edgeLanes === index);
    return lane.map((strike) => strike(random.pick(devices)));
  });
  return { name: 'deadly', system: random.shuffled(system), edges: lanes };
}

function lively(random: Random): Phase {
  const system = [
    failsAtStep(random),
    pause(random, { longMs: 2_000 }),
    lockedDatabase(),
    fullDisk(),
    disorderedQueue(),
    clock(random),
    reconnectStorm({ sockets: 150 }),
    overload({ forMs: 1_500, sockets: 6, inFlight: 400 }),
    loopStall(),
  ];
  const old = random.pick(roster.filter(({ speaks }) => speaks === 'sdk')).device;
  const edges = [...vandalism(random), deafReader(), oldClient({ device: old, forMs: edgeForMs })];
  return { name: 'lively', system: random.shuffled(system), edges: inLanes(edges) };
}

function inLanes<T>(items: readonly T[]): T[][] {
  return Array.from({ length: edgeLanes }, (_, lane) => items.filter((_item, index) => index % edgeLanes === lane));
}
