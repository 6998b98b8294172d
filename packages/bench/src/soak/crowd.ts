import { ParleyError } from '@parley/sdk';
import { Refused } from '@parley/server/test/socket-client.ts';
import type { Random } from '../chaos/random.ts';

/** Something somebody does again and again, with pauses of `meanPauseMs` on average. */
export interface Activity {
  readonly name: string;
  readonly meanPauseMs: number;
  /** Once, from beginning to end; what was opened is closed. Short waits in it end with the signal. */
  once(signal: AbortSignal): Promise<void>;
}

/** Everybody at once, each at their own pace, until told to stop. A refusal is part of life and counted; anything else is not. */
export class Crowd {
  /** How often each thing was done. */
  readonly done = new Map<string, number>();
  /** Refusals by code. */
  readonly refused = new Map<string, number>();
  private readonly random: Random;
  private readonly stopping = new AbortController();
  private readonly lives: readonly Promise<void>[];
  /** Rejects when something went wrong that is no refusal; never resolves before all has stopped. */
  readonly failed: Promise<unknown>;

  constructor(activities: readonly Activity[], random: Random) {
    this.random = random;
    this.lives = activities.map((activity) => this.live(activity));
    this.failed = Promise.all(this.lives);
    this.failed.catch(() => undefined);
  }

  /** Resolves when everybody has finished what they were at. @throws what was no refusal */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.failed;
  }

  private async live(activity: Activity): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await pause(-Math.log(1 - this.random.next()) * activity.meanPauseMs, signal);
      if (signal.aborted) return;
      await this.once(activity, signal);
    }
  }

  private async once(activity: Activity, signal: AbortSignal): Promise<void> {
    try {
      await activity.once(signal);
      count(this.done, activity.name);
    } catch (error) {
      const code = error instanceof ParleyError ? error.code : error instanceof Refused ? error.wire.code : undefined;
      if (code === undefined) throw error;
      count(this.refused, `${activity.name}: ${code}`);
    }
  }
}

/** Resolves after so long, or as soon as the signal says so. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over);
    function over(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    }
  });
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
