import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { kafkaCodes, requireCode } from './kafka-connection.ts';
import type { KafkaMember } from './kafka-member.ts';
import type { KafkaPlaces } from './kafka-places.ts';
import { pause } from './pause.ts';
import { reconnectingLimits } from './reconnecting.ts';

/** What is committed of a partition. */
export interface KafkaProgress {
  readonly number: number;
  /** The first offset nobody is done with. */
  readonly offset: number;
  readonly note: string;
}

export interface KafkaCommitsOptions {
  readonly clock: Clock;
  readonly cluster: KafkaCluster;
  readonly member: KafkaMember;
  readonly places: KafkaPlaces;
  /** What there is to commit of a partition now; undefined: it is not ours any more. */
  progressOf(number: number): KafkaProgress | undefined;
  /** The group did not take a commit: its member is to find out why. */
  onRefused(): void;
  /** Called when the broker does not answer. */
  lost(error: unknown): void;
}

/** While nobody waits for it. What was done since then comes again when its consumer ends. */
const intervalMs = 50;
const refusedPauseMs = 100;
/** While members come and go; the next commit goes through, or the partition is lost. */
const refusals: readonly number[] = [
  kafkaCodes.illegalGeneration,
  kafkaCodes.unknownMember,
  kafkaCodes.rebalanceInProgress,
];

interface Waiter {
  readonly number: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Commits how far partitions are: one call at a time, with everything that changed since the last one. */
export class KafkaCommits {
  private readonly options: KafkaCommitsOptions;
  private readonly deadlines: Deadlines;
  private changed = new Set<number>();
  private waiters: Waiter[] = [];
  private hurry = Promise.withResolvers<void>();
  private running: Promise<void> | undefined;
  private readonly ending = Promise.withResolvers<void>();
  private isEnded = false;

  constructor(options: KafkaCommitsOptions) {
    this.options = options;
    this.deadlines = new Deadlines(options.clock, reconnectingLimits.openMs);
  }

  /** Something of it is done. */
  mark(number: number): void {
    if (this.isEnded) return;
    this.changed.add(number);
    this.running ??= this.run();
  }

  /** Resolves when what is done by now is committed. */
  async flush(number: number): Promise<void> {
    if (this.isEnded) throw new Error('The partition is lost.');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiters.push({ number, resolve, reject });
    this.mark(number);
    this.hurry.resolve();
    await this.deadlines.guard(promise);
  }

  /** The connection is gone. */
  end(): void {
    this.isEnded = true;
    this.hurry.resolve();
    this.ending.resolve();
    this.rejectAll(new Error('The partition is lost.'));
  }

  private async run(): Promise<void> {
    try {
      // What is done in one turn goes together.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.changed.size > 0 && !this.isEnded) await this.commitChanged();
    } catch (error) {
      this.end();
      this.options.lost(error);
    }
    this.running = undefined;
  }

  private async commitChanged(): Promise<void> {
    const [changed, waiters] = [this.changed, this.waiters];
    [this.changed, this.waiters, this.hurry] = [new Set(), [], Promise.withResolvers()];
    const progress = [...changed].flatMap((number) => this.options.progressOf(number) ?? []);
    if (await this.isTaken(progress, waiters)) {
      settle(waiters, new Set(progress.map(({ number }) => number)));
      await pause(intervalMs, this.hurry.promise);
      return;
    }
    for (const number of changed) this.changed.add(number);
    this.waiters.unshift(...waiters);
    this.options.onRefused();
    await pause(refusedPauseMs, this.ending.promise);
  }

  private async isTaken(progress: readonly KafkaProgress[], waiters: readonly Waiter[]): Promise<boolean> {
    if (progress.length === 0) return true;
    try {
      return await this.commit(progress);
    } catch (error) {
      for (const { reject } of waiters) reject(error);
      throw error;
    }
  }

  private rejectAll(error: Error): void {
    for (const { reject } of this.waiters.splice(0)) reject(error);
  }

  /** False: the group did not take it. */
  private async commit(progress: readonly KafkaProgress[]): Promise<boolean> {
    const { cluster, member, places } = this.options;
    const connection = await cluster.toCoordinator('commit');
    const { id, generation } = member.credentials;
    // Without a member’s name the offsets of a group that is empty are anybody’s.
    if (id === '') return false;
    const partitions = progress.map(({ number, offset, note }) => ({
      partitionIndex: number,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: note,
    }));
    const topics = [{ name: places.deliveries.name, partitions }];
    const { offsetCommitV8 } = connection.client;
    const committing = connection.call(offsetCommitV8.api, places.group, generation, id, null, topics);
    const answer = await this.deadlines.guard(committing);
    const codes = answer.topics.flatMap((topic) => topic.partitions.map(({ errorCode }) => errorCode));
    if (codes.some((code) => refusals.includes(code))) return false;
    for (const code of codes) requireCode(code, 'A commit');
    return true;
  }
}

function settle(waiters: readonly Waiter[], committed: ReadonlySet<number>): void {
  for (const { number, resolve, reject } of waiters)
    if (committed.has(number)) resolve();
    else reject(new Error('The partition is lost.'));
}
