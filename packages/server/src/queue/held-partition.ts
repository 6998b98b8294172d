import type { Delivery } from '../delivery.ts';
import { canDrop } from './can-drop.ts';
import { HandedOnBatches } from './handed-on-batches.ts';
import { pause } from './pause.ts';
import { queueLimits, type DeliveryHandler, type HandedOn } from './queue.ts';

/** What an engine holds of a delivery. */
export interface HeldEntry {
  /** The delivery as JSON. */
  readonly text: string;
}

export interface HeldPartitionOptions<Entry extends HeldEntry> {
  readonly handler: DeliveryHandler;
  /** The wait before the second try of an entry; each later one waits four times as long. */
  readonly retryDelayMs: number;
  /** What was noted last: how many consumers may have ended with the first entries in hand. */
  readonly triesNoted: number;
  /** Entries the engine has room for while nobody is done with them. With so many that were handed on, all of those are given up. */
  readonly handedOnMax?: number;
  /** Keeps a number in the engine for whoever has the partition next. What was finished before is finished for good when it resolves. */
  note(tries: number): Promise<void>;
  finish(entries: readonly Entry[]): void;
  /** Resolves when it is among the dead letters; it is finished afterwards. */
  bury(entry: Entry, error: unknown): Promise<void>;
  /** The engine does not take a note or a dead letter: the partition is to be had anew. */
  onLost(): void;
}

export const heldLimits = {
  /** In one batch, and so in doubt when a consumer ends. */
  batchMax: 512,
} as const;

/** An entry nobody took yet. */
interface Tried<Entry> {
  readonly entry: Entry;
  readonly tries: number;
  /** What the last try ended with. */
  readonly error: unknown;
}

/**
 * One partition while this process has it, of engines that bring entries and forget those that are finished: hands them over in order,
 * tries what fails again in its place, and counts in the engine how many consumers ended over it.
 *
 * What a consumer had in hand when it ended comes together the second time and one by one after that, so that an entry that ends its
 * consumers goes to the dead letters alone.
 */
export class HeldPartition<Entry extends HeldEntry> {
  private readonly options: HeldPartitionOptions<Entry>;
  private waiting: Entry[] = [];
  private takenCount = 0;
  private readonly handedOn: HandedOnBatches;
  /** Entries that were handed on in vain. */
  private broken: Tried<Entry>[] = [];
  /** How often what comes first was tried before this time. */
  private triesBefore: number;
  /** Entries to come that are tried one by one. */
  private inDoubt: number;
  private noted: number;
  private running: Promise<void> | undefined;
  private readonly stopping = Promise.withResolvers<void>();
  private isStopped = false;

  constructor(options: HeldPartitionOptions<Entry>) {
    this.options = options;
    this.handedOn = new HandedOnBatches(options.handedOnMax ?? queueLimits.handedOnMax);
    this.noted = options.triesNoted;
    this.triesBefore = options.triesNoted;
    this.inDoubt = options.triesNoted > 1 ? heldLimits.batchMax : 0;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Entries with the handler, or handed on by it. */
  get taken(): number {
    return this.takenCount;
  }

  add(entry: Entry): void {
    this.waiting.push(entry);
    this.wake();
  }

  /** Takes no more. Resolves when no handler runs. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopping.resolve();
    await this.running;
  }

  /** Stops, and notes that nobody ended: what is not finished comes as new. */
  async giveUp(): Promise<void> {
    await this.stop();
    if (this.noted > 0) await this.options.note(0);
  }

  private wake(): void {
    if (this.isStopped || !this.isReady()) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      this.wake();
    });
  }

  private isReady(): boolean {
    return this.broken.length > 0 || (this.waiting.length > 0 && !this.handedOn.isFull);
  }

  private async run(): Promise<void> {
    // What comes in one read of the socket goes together. [Q6]
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (!this.isStopped && this.isReady()) await this.step();
    } catch {
      if (this.isStopped) return;
      this.isStopped = true;
      this.options.onLost();
    }
  }

  private async step(): Promise<void> {
    if (this.broken.length > 0) await this.retry(this.broken.splice(0));
    else if (this.inDoubt > 0) await this.handleOne();
    else await this.handle();
  }

  private async handle(): Promise<void> {
    await this.note(this.triesBefore + 1);
    this.triesBefore = 0;
    const batch = this.take(heldLimits.batchMax);
    try {
      await this.handOver(batch, 1);
    } catch (error) {
      await this.retry(batch.map((entry) => ({ entry, tries: 1, error })));
    }
  }

  /** Of those that were in hand when a consumer ended more than once. [Q3] */
  private async handleOne(): Promise<void> {
    const [entry] = this.take(1);
    if (entry === undefined) return;
    const tries = this.triesBefore;
    if (tries < queueLimits.triesMax) await this.note(tries + 1);
    await this.retry([{ entry, tries, error: 'Whoever took it ended before it was done.' }]);
    this.inDoubt--;
    // The others were in hand the first two times; and each time since, behind one that is not done and so comes first again.
    if (this.inDoubt === 0) this.triesBefore = 0;
    else if (this.handedOn.isEmpty) this.triesBefore = 2;
    // Who ends now has nothing in hand: the next one shall not take what comes then for what was tried so often.
    if (this.waiting.length === 0 && !this.isStopped) await this.note(this.triesBefore);
  }

  private take(count: number): readonly Entry[] {
    const batch = this.waiting.splice(0, count);
    this.takenCount += batch.length;
    return batch;
  }

  private async handOver(batch: readonly Entry[], tries: number): Promise<void> {
    const handedOn = await this.options.handler(batch.map(deliveryOf));
    if (handedOn === undefined) this.finish(batch);
    else void this.follow(batch, tries, handedOn);
  }

  private async follow(batch: readonly Entry[], tries: number, handedOn: HandedOn): Promise<void> {
    this.handedOn.add(batch, handedOn);
    try {
      await handedOn.done;
      this.finish(batch);
    } catch (error) {
      this.broken.push(...batch.map((entry) => ({ entry, tries, error })));
    }
    this.handedOn.delete(batch);
    this.wake();
  }

  private finish(batch: readonly Entry[]): void {
    this.takenCount -= batch.length;
    this.options.finish(batch);
  }

  /** One entry at a time, so that only the poison one comes to its last try; ephemeral ones have had theirs. [Q3] */
  private async retry(batch: readonly Tried<Entry>[]): Promise<void> {
    for (const tried of batch) {
      if (this.isStopped) return;
      if (isEphemeral(tried.entry)) this.finish([tried.entry]);
      else await this.retryOne(tried);
    }
  }

  private async retryOne({ entry, tries: triesBefore, error: errorBefore }: Tried<Entry>): Promise<void> {
    let error = errorBefore;
    for (let tries = triesBefore + 1; tries <= queueLimits.triesMax; tries++) {
      await pause(this.options.retryDelayMs * 4 ** Math.max(0, tries - 2), this.stopping.promise);
      if (this.isStopped) return;
      try {
        return await this.handOver([entry], tries);
      } catch (cause) {
        error = cause;
      }
    }
    await this.bury(entry, error);
  }

  private async bury(entry: Entry, error: unknown): Promise<void> {
    await this.options.bury(entry, error);
    this.finish([entry]);
  }

  private async note(tries: number): Promise<void> {
    // One by one each counts for itself, and what was finished is to be so before the next one.
    if (tries === this.noted && this.inDoubt === 0) return;
    this.noted = tries;
    await this.options.note(tries);
  }
}

/** What cannot be read goes the way of any poison. */
function isEphemeral(entry: HeldEntry): boolean {
  try {
    return canDrop(deliveryOf(entry));
  } catch {
    return false;
  }
}

function deliveryOf({ text }: HeldEntry): Delivery {
  return JSON.parse(text) as Delivery;
}
