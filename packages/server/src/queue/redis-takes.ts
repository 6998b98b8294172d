import type { Clock } from '../clock.ts';
import type { Script } from '../redis-connection.ts';
import { queueScripts } from './redis-scripts.ts';

/** What one partition takes, and what it is done with. */
export interface Take {
  readonly partition: number;
  readonly lease: string;
  /** How many at most. */
  readonly count: number;
  /** The id after which nothing of this consumer is on its way. */
  readonly after: string;
  /** Ids that are done with. */
  readonly finished: readonly string[];
}

export interface RedisTakesOptions {
  readonly clock: Clock;
  run(script: Script, args: readonly string[]): Promise<unknown>;
}

export const takesLimits = {
  /** Entries of one call, of all its partitions: what a call brings has to arrive within its deadline. */
  entriesMax: 1_024,
  /** After a call for several partitions the next one gathers until so long after it was made. A lone one is not delayed. */
  gatherMs: 5,
} as const;

interface Waiting {
  readonly take: Take;
  readonly waiter: PromiseWithResolvers<unknown>;
}

/** Makes one call of what the partitions of a process take within a tick: most of what a small one costs is its beginning and its end. */
export class RedisTakes {
  private readonly options: RedisTakesOptions;
  private waiting: Waiting[] = [];
  private notBeforeMs = -Infinity;
  private isDue = false;

  constructor(options: RedisTakesOptions) {
    this.options = options;
  }

  /** @returns the script's answer for this partition. @throws ParleyError `unavailable`, `busy` */
  take(take: Take): Promise<unknown> {
    const waiter = Promise.withResolvers<unknown>();
    this.waiting.push({ take, waiter });
    if (!this.isDue) this.schedule();
    return waiter.promise;
  }

  private schedule(): void {
    this.isDue = true;
    const restMs = this.notBeforeMs - this.options.clock.monotonic();
    if (restMs > 0) setTimeout(() => this.flush(), restMs);
    else setImmediate(() => this.flush());
  }

  private flush(): void {
    const takes = this.waiting;
    this.waiting = [];
    this.isDue = false;
    if (takes.length > 1) this.notBeforeMs = this.options.clock.monotonic() + takesLimits.gatherMs;
    void this.call(takes);
  }

  private async call(takes: readonly Waiting[]): Promise<void> {
    const countMax = Math.floor(takesLimits.entriesMax / takes.length);
    try {
      const args = takes.flatMap(({ take }) => argumentsOf(take, countMax));
      const answers = (await this.options.run(queueScripts.take, args)) as readonly unknown[];
      for (const [index, { waiter }] of takes.entries()) waiter.resolve(answers[index]);
    } catch (error) {
      for (const { waiter } of takes) waiter.reject(error);
    }
  }
}

function argumentsOf({ partition, lease, count, after, finished }: Take, countMax: number): readonly string[] {
  const args = [String(partition), lease, String(Math.min(count, countMax)), after, ...finished];
  return [String(args.length), ...args];
}
