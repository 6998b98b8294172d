import { roster } from './actors/roster.ts';
import type { Shape } from './deployment/deployment.ts';
import { deafReader, overload, reconnectStorm } from './faults/crowds.ts';
import { failsAtStep, killAnywhere, killsAtSteps } from './faults/kills.ts';
import { vandalism } from './faults/malformed.ts';
import { disturb, disturbances, flapping, oldClient } from './faults/network.ts';
import { clock, disorderedQueue, loopStall, pause, restart } from './faults/process.ts';
import { cutOff, databaseCut, databaseKilled, emptiedRedis, killedService, stalledService } from './faults/services.ts';
import { fullDisk, killedMidCommit, lockedDatabase, tornLog } from './faults/storage.ts';
import type { Strike } from './faults/strike.ts';
import type { Random } from './random.ts';

/** Some time of a run: its strikes on everybody follow one another, those on single clients go on beside them. */
export interface Phase {
  readonly name: string;
  readonly system: readonly Strike[];
  /** Each lane in its order, all lanes at a time. */
  readonly edges: readonly (readonly Strike[])[];
}

/** `turn` counts the rounds: a few in a row go through what one has no time for. */
interface Round {
  readonly turn: number;
  readonly shape: Shape;
}

const edgeForMs = 2_000;
/** Clients that are struck at a time. */
const edgeLanes = 3;
const short = [1_000, 2_000] as const;
/** Longer than any call between roles is waited for. */
const long = [9_000, 11_000] as const;

/** A request over HTTP is over before much can be done to its connection. */
const connectedOnes = roster.filter(({ speaks }) => speaks !== 'http').map(({ device }) => device);
/** gochat’s page writes over HTTP, past its socket. */
const talkers = roster.filter(({ speaks }) => speaks !== 'http' && speaks !== 'seed').map(({ device }) => device);
/** Whom a pause holds up. */
const pausable = ['connect', 'logic', 'task'] as const;

/** Who is to be sent away in time needs a server that lives as long: the strikes that end it have a phase of their own. */
export function phasesOf(random: Random, round: Round): Phase[] {
  return random.shuffled([deadly(random.stream('deadly'), round), lively(random.stream('lively'), round)]);
}

function deadly(random: Random, round: Round): Phase {
  const system = round.shape === 'cluster' ? deadlyToCluster(random, round) : deadlyToProcess(random, round);
  const edges = [
    ...disturbances.map((disturbance) => ({
      among: disturbance.isUpward === true ? talkers : connectedOnes,
      strike: (device: string) => disturb(disturbance, { device, forMs: edgeForMs }),
    })),
    { among: connectedOnes, strike: (device: string) => flapping(random, { device, forMs: edgeForMs }) },
  ];
  // Every lane strikes clients of its own: two strikes on one would end each other.
  const lanes = inLanes(random.shuffled(edges)).map((lane, index) => {
    const isOfLane = (device: string): boolean => connectedOnes.indexOf(device) % edgeLanes === index;
    return lane.map(({ among, strike }) => strike(random.pick(among.filter(isOfLane))));
  });
  return { name: 'deadly', system: random.shuffled(system), edges: lanes };
}

function deadlyToProcess(random: Random, { turn }: Round): Strike[] {
  return [
    ...killsAtSteps(random, { turn, count: 3 }),
    killAnywhere(random, 'logic'),
    killedMidCommit(random),
    tornLog(),
    restart(),
    killedService('redis', random),
    killedService('etcd', random),
  ];
}

function deadlyToCluster(random: Random, { turn }: Round): Strike[] {
  return [
    ...killsAtSteps(random, { turn, count: 3 }),
    killAnywhere(random, 'connect', 'logic', 'task', 'api'),
    killedMidCommit(random),
    databaseKilled(random),
    restart(),
    killedService('redis', random),
    killedService('etcd', random),
    pause(random, { of: longPaused(turn), between: long }),
  ];
}

function longPaused(turn: number): (typeof pausable)[number] {
  return pausable[turn % pausable.length] ?? 'logic';
}

function lively(random: Random, round: Round): Phase {
  const system = [
    failsAtStep(random),
    lockedDatabase(),
    fullDisk(),
    disorderedQueue(),
    clock(random),
    reconnectStorm({ sockets: 150 }),
    overload({ forMs: 1_500, sockets: 6, inFlight: 400 }),
    ...(round.shape === 'cluster' ? stallsOfCluster(random, round) : stallsOfProcess(random)),
  ];
  const old = random.pick(roster.filter(({ speaks }) => speaks === 'sdk')).device;
  const edges = [...vandalism(random), deafReader(), oldClient({ device: old, forMs: edgeForMs })];
  return { name: 'lively', system: random.shuffled(system), edges: inLanes(edges) };
}

function stallsOfProcess(random: Random): Strike[] {
  return [pause(random, { of: 'logic', between: short }), loopStall('logic')];
}

function stallsOfCluster(random: Random, { turn }: Round): Strike[] {
  const others = pausable.filter((role) => role !== longPaused(turn));
  return [
    ...others.map((of) => pause(random, { of, between: short })),
    loopStall(random.pick(pausable)),
    emptiedRedis(),
    stalledService(random.pick(['redis', 'etcd', 'postgres'])),
    databaseCut(),
    cutOff('etcd', 'all parts'),
    cutOff('redis', 'one part'),
  ];
}

function inLanes<T>(items: readonly T[]): T[][] {
  return Array.from({ length: edgeLanes }, (_, lane) => items.filter((_item, index) => index % edgeLanes === lane));
}
