import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { Unanswered, type Script } from '../redis-connection.ts';
import { canDrop } from './can-drop.ts';
import { HandedOnBatches } from './handed-on-batches.ts';
import { pause } from './pause.ts';
import { queueLimits, type DeliveryHandler, type HandedOn } from './queue.ts';
import { queueScripts } from './redis-scripts.ts';
import type { Take } from './redis-takes.ts';

export interface RedisPartitionOptions {
  readonly partition: number;
  readonly lease: string;
  readonly log: Log;
  readonly retryDelayMs: number;
  /** Entries nobody is done with. With so many that were handed on, all of those are given up. */
  readonly handedOnMax: number;
  readonly handler: DeliveryHandler;
  /** The lease is somebody else's, or gone. */
  onLost(): void;
  take(take: Take): Promise<unknown>;
  run(script: Script, args: readonly string[]): Promise<unknown>;
}

export const partitionLimits = {
  /** In one batch. */
  batchMax: 512,
  deadMax: 10_000,
  errorLengthMax: 2_000,
} as const;

interface Taken {
  readonly tries: number;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly id: string;
  readonly text: string;
}

/** One partition for as long as this process has the lease of it: takes a batch, hands it over, and says with the next call that it is done. */
export class RedisPartition {
  readonly lease: string;
  private readonly options: RedisPartitionOptions;
  /** Ids that are done with, and not yet forgotten. */
  private finished: readonly string[] = [];
  private readonly handedOn: HandedOnBatches;
  /** The last id of what was handed on. */
  private lastHandedOn: string | undefined;
  /** Takes without an answer: the engine may have counted them as tries of what comes first, which nobody got. */
  private unanswered = 0;
  /** Something that was handed on comes again, once nothing is on its way. */
  private isBroken = false;
  private isRung = false;
  private running: Promise<void> | undefined;
  private readonly stopping = Promise.withResolvers<void>();
  private isStopped = false;

  constructor(options: RedisPartitionOptions) {
    this.options = options;
    this.lease = options.lease;
    this.handedOn = new HandedOnBatches(options.handedOnMax);
  }

  /** There may be something to take. */
  wake(): void {
    this.isRung = !this.isStopped;
    if (this.isStopped) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.isRung) this.wake();
    });
  }

  /** Resolves when no handler runs and what is done with was said to be. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopping.resolve();
    await this.running;
    await this.acknowledge();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      this.isRung = false;
      const taken = await this.take(this.room());
      if (taken === undefined) return;
      if (taken.entries.length > 0) await this.handle(taken);
      else if (!this.isRungNow()) return;
    }
  }

  private isRungNow(): boolean {
    return this.isRung;
  }

  private room(): number {
    if (this.handedOn.isEmpty) this.isBroken = false;
    return this.isBroken || this.handedOn.isFull ? 0 : partitionLimits.batchMax;
  }

  /** Undefined: there is no answer, or the lease is somebody else's. The next ring or beat tries again. */
  private async take(count: number): Promise<Taken | undefined> {
    const { partition, lease, take } = this.options;
    const { finished } = this;
    this.finished = [];
    const after = this.handedOn.isEmpty || this.lastHandedOn === undefined ? '-' : `(${this.lastHandedOn}`;
    try {
      const answer = await take({ partition, lease, count, after, finished });
      return Array.isArray(answer) ? this.heard(takenOf(answer)) : this.lose();
    } catch (error) {
      this.finished = [...finished, ...this.finished];
      if (count > 0 && error instanceof Unanswered)
        this.unanswered = Math.min(this.unanswered + 1, queueLimits.triesMax);
      return undefined;
    }
  }

  /** Only what somebody got was tried. [Q3] */
  private heard({ tries, entries }: Taken): Taken {
    if (tries === 1) this.unanswered = 0;
    return { tries: Math.max(1, tries - this.unanswered), entries };
  }

  private lose(): undefined {
    if (!this.isStopped) this.options.onLost();
  }

  private async acknowledge(): Promise<void> {
    if (this.finished.length > 0) await this.take(0);
  }

  private async handle({ tries, entries }: Taken): Promise<void> {
    if (tries > queueLimits.triesMax) return this.bury(entries, 'Whoever took it ended before it was done.');
    if (tries > 1) await pause(this.options.retryDelayMs * 4 ** (tries - 2), this.stopping.promise);
    if (this.isStopped) return;
    try {
      await this.handOver(tries > 1 ? this.withoutEphemeral(entries) : entries);
    } catch (error) {
      if (tries === queueLimits.triesMax) await this.bury(entries, String(error));
    }
  }

  private async handOver(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const ids = entries.map(({ id }) => id);
    const handedOn = await this.options.handler(entries.map(deliveryOf));
    if (handedOn === undefined) this.finish(ids);
    else void this.follow(ids, handedOn);
  }

  /** Ephemeral ones have had their try. [Q3] */
  private withoutEphemeral(entries: readonly Entry[]): readonly Entry[] {
    const ephemeral = new Set(entries.filter((entry) => canDrop(deliveryOf(entry))));
    this.finish(Array.from(ephemeral, ({ id }) => id));
    return entries.filter((entry) => !ephemeral.has(entry));
  }

  private finish(ids: readonly string[]): void {
    this.finished = this.finished.length === 0 ? ids : [...this.finished, ...ids];
  }

  private async follow(ids: readonly string[], handedOn: HandedOn): Promise<void> {
    this.lastHandedOn = ids.at(-1);
    this.handedOn.add(ids, handedOn);
    try {
      await handedOn.done;
      this.finish(ids);
    } catch {
      this.isBroken = true;
      // What comes again shall not wait for whoever hangs. [Q8]
      this.handedOn.giveUp();
    }
    this.handedOn.delete(ids);
    this.wake();
  }

  /** Only ever one: what was tried more than twice comes alone. */
  private async bury(entries: readonly Entry[], error: string): Promise<void> {
    const { partition, lease, log, run } = this.options;
    const { deadMax, errorLengthMax } = partitionLimits;
    for (const { id } of entries) {
      log.error({ partition, id, error }, 'A delivery could not be made');
      const args = [String(partition), lease, id, error.slice(0, errorLengthMax), String(deadMax)];
      // Without an answer it comes once more, and goes the same way.
      await run(queueScripts.bury, args).catch(() => undefined);
    }
  }
}

function takenOf([tries, ...rest]: readonly unknown[]): Taken {
  const entries: Entry[] = [];
  for (let index = 0; index < rest.length; index += 2)
    entries.push({ id: String(rest[index]), text: String(rest[index + 1]) });
  return { tries: Number(tries), entries };
}

function deliveryOf({ text }: Entry): Delivery {
  return JSON.parse(text) as Delivery;
}
