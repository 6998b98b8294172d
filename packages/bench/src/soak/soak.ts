import { join } from 'node:path';
import { ServerProcess } from '@parley/server/test/server-process.ts';
import { HeldUp } from '../chaos/held-up.ts';
import { Random } from '../chaos/random.ts';
import { checkHistory } from '../checker/check.ts';
import { HistoryRecorder, type History } from '../checker/history.ts';
import type { Violation } from '../checker/violation.ts';
import { totalMsOf, withStretches } from '../checker/with-stretches.ts';
import { atRest } from './at-rest.ts';
import { Cast } from './cast.ts';
import { Crowd } from './crowd.ts';
import { DiskWatch, temporaryDisk } from './disk-watch.ts';
import { Latencies } from './latencies.ts';
import { leftOver } from './left-over.ts';
import { readTruth } from './read-truth.ts';
import { Sampler, type Sample } from './sampler.ts';
import { Texts } from './texts.ts';
import { buildTown } from './town.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  say(line: string): void;
}

export interface SoakResult {
  readonly options: Pick<SoakOptions, 'minutes' | 'seed'>;
  readonly samples: readonly Sample[];
  readonly baseline: Sample;
  readonly final: Sample;
  /** What did not return to the baseline, a sentence each. */
  readonly residue: readonly string[];
  readonly violations: readonly Violation[];
  readonly history: History;
  /** How long the machine did not run the generator, and its disk did not keep up: no deadline counts that. [I12] */
  readonly heldUpMs: { readonly machine: number; readonly disk: number };
  /** How often each thing was done, and was refused. */
  readonly done: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

/** Every path has been gone, what is opened on first use is open, caches are filled and code is compiled. */
const [warmUpMsMin, warmUpMsMax] = [15_000, 180_000];
const warmUpShare = 0.15;
const stalledDisk = { class: 'F6', name: 'the disk did not keep up' } as const;
const sampleEveryMs = 5_000;
const sampleEveryMsShort = 1_000;
const shortMinutes = 3;

/** Load and churn on a real server for so long; then, with only those who stay, it has to be as it was before. [I13] */
export async function soak({ minutes, seed, say }: SoakOptions): Promise<SoakResult> {
  await using server = await ServerProcess.start();
  const town = await buildTown(server);
  const random = new Random(seed);
  const scene = { town, random, texts: new Texts(random.stream('texts')), latencies: new Latencies() };
  const history = new HistoryRecorder({ seed });
  await using cast = await Cast.open(scene, history);
  using heldUp = new HeldUp(history);
  await using disk = new DiskWatch(await temporaryDisk(), () => history.nowMs());
  const everyMs = minutes <= shortMinutes ? sampleEveryMsShort : sampleEveryMs;
  using sampler = new Sampler({ pid: server.pid, opsPort: server.ports.ops }, scene.latencies, everyMs);
  say('warming up');
  await underLoad(
    cast,
    random.stream('warm-up'),
    Math.min(warmUpMsMax, Math.max(warmUpMsMin, minutes * 60_000 * warmUpShare)),
  );
  sampler.phase = 'baseline';
  const baseline = await atRest(sampler);
  say(`baseline taken; ${minutes} minutes of load`);
  sampler.phase = 'load';
  const { done, refused } = await underLoad(cast, random.stream('load'), minutes * 60_000);
  sampler.phase = 'quiet';
  say('waiting until it is quiet');
  const final = await atRest(sampler);
  say('checking');
  const truth = await readTruth(join(server.dataDir, 'parley.sqlite'), town, cast);
  const { samples } = sampler;
  const judged = withStretches(heldUp.into(history.history()), disk.stretches, stalledDisk);
  const violations = checkHistory(judged, truth);
  const residue = leftOver(baseline, final);
  return {
    options: { minutes, seed },
    samples,
    baseline,
    final,
    residue,
    violations,
    history: judged,
    heldUpMs: { machine: heldUp.totalMs, disk: totalMsOf(disk.stretches) },
    done,
    refused,
  };
}

async function underLoad(cast: Cast, random: Random, forMs: number): Promise<Crowd> {
  const crowd = new Crowd(cast.activities(), random);
  await Promise.race([Bun.sleep(forMs), crowd.failed]);
  await crowd.stop();
  return crowd;
}
