import { reasonOf } from '../start-error.ts';
import type { Member } from './member.ts';
import type { Say } from './say.ts';

export interface RolloutOutcome {
  /** Processes that were restarted. */
  readonly restarted: readonly string[];
  /** Those that were not, because one before them failed or somebody stopped it. */
  readonly left: readonly string[];
  readonly totalMs: number;
  /** Why it ended early. */
  readonly why?: string;
}

export interface RolloutOptions {
  readonly say: Say;
  /** Whoever asked is gone, or everything stops: no further process is restarted. */
  readonly signal: AbortSignal;
}

/** Restarts one process after the other, each only when everything before it works. */
export async function rollout(members: readonly Member[], { say, signal }: RolloutOptions): Promise<RolloutOutcome> {
  const beganAt = performance.now();
  const restarted: string[] = [];
  const names = members.map(({ place }) => place.name);
  const outcome = (): RolloutOutcome => ({
    restarted,
    left: names.slice(restarted.length),
    totalMs: performance.now() - beganAt,
  });
  for (const member of members) {
    if (signal.aborted) return { ...outcome(), why: 'It was stopped.' };
    try {
      await restart(member, say);
    } catch (error) {
      return { ...outcome(), why: `${member.place.name} does not start: ${reasonOf(error)}` };
    }
    restarted.push(member.place.name);
  }
  return outcome();
}

/** @throws StartError */
async function restart(member: Member, say: Say): Promise<void> {
  const { name } = member.place;
  say(name, 'starts a second time, beside the first');
  const { readyMs, drainMs, isInTime } = await member.replace();
  const end = isInTime ? 'finished and ended in' : 'did not end in time and was killed after';
  say(name, `is ready after ${seconds(readyMs)}; the first one ${end} ${seconds(drainMs)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
