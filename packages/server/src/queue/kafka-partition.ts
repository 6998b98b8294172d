import type { RecordsBatch } from '@platformatic/kafka';
import type { Log } from '../log.ts';
import { HeldPartition, type HeldEntry } from './held-partition.ts';
import type { KafkaCommits, KafkaProgress } from './kafka-commits.ts';
import { doneBetween, readNote, writeNote, type DoneRange } from './kafka-note.ts';
import { kafkaLimits } from './kafka-places.ts';
import type { KafkaPublisher } from './kafka-publisher.ts';
import type { DeliveryHandler } from './queue.ts';

export interface KafkaPartitionOptions {
  readonly number: number;
  /** Unlike that of any other process. */
  readonly consumer: string;
  /** What was committed last. */
  readonly committed: { readonly offset: number; readonly note: string };
  /** Where the ephemeral entries are that come from now on. */
  readonly liveOffset: number;
  readonly commits: KafkaCommits;
  readonly dead: KafkaPublisher;
  readonly log: Log;
  readonly retryDelayMs: number;
  readonly handler: DeliveryHandler;
  onLost(): void;
}

interface KafkaEntry extends HeldEntry {
  /** Undefined: ephemeral, which nobody waits for. */
  readonly offset: number | undefined;
}

/** Where it is to be read on. */
export interface KafkaPlace {
  readonly offset: number;
  readonly liveOffset: number;
}

/** One partition while it is this process's: what was read of it, and what of that is done. */
export class KafkaPartition {
  readonly number: number;
  private readonly options: KafkaPartitionOptions;
  private readonly held: HeldPartition<KafkaEntry>;
  /** Offsets of what was read and is not done, in their order. */
  private readonly unfinished = new Set<number>();
  /** What an earlier consumer was done with, behind what it was not. */
  private doneBefore: readonly DoneRange[];
  private next: number;
  private nextLive: number;
  private tries: number;
  private isLost = false;

  constructor(options: KafkaPartitionOptions) {
    const { number, consumer, committed, handler, retryDelayMs } = options;
    const { by, tries, done } = readNote(committed.note, committed.offset);
    this.options = options;
    this.number = number;
    this.doneBefore = done;
    // Who was here last and has lost its connection since, as when the broker starts anew, has not ended over it.
    const triesNoted = by === consumer ? 0 : tries;
    [this.next, this.nextLive, this.tries] = [committed.offset, options.liveOffset, triesNoted];
    this.held = new HeldPartition({
      handler,
      retryDelayMs,
      triesNoted,
      handedOnMax: kafkaLimits.handedOnMax,
      note: (count) => this.note(count),
      finish: (entries) => this.finish(entries),
      bury: (entry, error) => this.bury(entry, error),
      onLost: options.onLost,
    });
  }

  get waiting(): number {
    return this.held.waitingCount;
  }

  get taken(): number {
    return this.held.taken;
  }

  get place(): KafkaPlace {
    return { offset: this.next, liveOffset: this.nextLive };
  }

  /** Whether more of it may be read now. */
  get hasRoom(): boolean {
    return this.unfinished.size < kafkaLimits.inHandMax;
  }

  /** Undefined: that is not for this process to say any more. */
  get progress(): KafkaProgress | undefined {
    if (this.isLost) return undefined;
    const [offset = this.next] = this.unfinished;
    const before = this.doneBefore.map(([from, to]) => [Math.max(from, this.next), to] as const);
    const done = [...doneBetween(this.unfinished, this.next), ...before];
    const note = { by: this.options.consumer, tries: this.tries, read: this.next, undone: this.unfinished.size, done };
    return { number: this.number, offset, note: writeNote(note, offset) };
  }

  add(batches: readonly RecordsBatch[]): void {
    for (const [offset, text] of entriesOf(batches)) {
      if (offset < this.next) continue;
      this.next = offset + 1;
      if (this.wasDone(offset)) continue;
      this.unfinished.add(offset);
      this.held.add({ text, offset });
    }
  }

  /** [D9] */
  addLive(batches: readonly RecordsBatch[]): void {
    for (const [offset, text] of entriesOf(batches)) {
      if (offset < this.nextLive) continue;
      this.nextLive = offset + 1;
      if (this.held.waitingCount < kafkaLimits.ephemeralMax) this.held.add({ text, offset: undefined });
    }
  }

  /** Takes no more. Resolves when no handler runs. */
  stop(): Promise<void> {
    return this.held.stop();
  }

  /** It is another one's by now. Resolves when no handler runs. */
  lose(): Promise<void> {
    this.isLost = true;
    return this.held.stop();
  }

  /** What is not finished then, others may take. */
  async giveUp(): Promise<void> {
    await this.held.giveUp();
    await this.options.commits.flush(this.number);
  }

  private wasDone(offset: number): boolean {
    const [first] = this.doneBefore;
    if (first === undefined || offset < first[0]) return false;
    if (offset >= first[1] - 1) this.doneBefore = this.doneBefore.slice(1);
    return offset < first[1];
  }

  private async note(tries: number): Promise<void> {
    this.tries = tries;
    await this.options.commits.flush(this.number);
  }

  private finish(entries: readonly KafkaEntry[]): void {
    for (const { offset } of entries) if (offset !== undefined) this.unfinished.delete(offset);
    this.options.commits.mark(this.number);
  }

  private async bury({ text }: KafkaEntry, cause: unknown): Promise<void> {
    const { number, log, dead } = this.options;
    const error = String(cause).slice(0, kafkaLimits.errorLengthMax);
    log.error({ partition: number, error }, 'A delivery could not be made');
    await dead.send([{ partition: 0, text, headers: { error, partition: String(number) } }]);
  }
}

function* entriesOf(batches: readonly RecordsBatch[]): Generator<readonly [offset: number, text: string]> {
  for (const { firstOffset, records } of batches)
    for (const { offsetDelta, value } of records) yield [Number(firstOffset) + offsetDelta, value?.toString() ?? ''];
}
