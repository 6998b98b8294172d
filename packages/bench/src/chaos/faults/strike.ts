import type { FaultClass, HistoryEvent } from '../../checker/history-event.ts';
import type { HistoryRecorder } from '../../checker/history.ts';
import type { Device, Promised } from '../actors/device.ts';
import type { Role } from '@parley/server/src/config/settings.ts';
import type { Deployment, Part } from '../deployment/deployment.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';

/** What a strike has in its hands. */
export interface Stage {
  readonly deployment: Deployment;
  /** One that runs, of those with one of these roles; the seed says which. */
  part(...roles: readonly Role[]): Part;
  readonly world: World;
  readonly history: HistoryRecorder;
  readonly devices: readonly Device[];
  /** Of the strike alone. */
  readonly random: Random;
  device(name: string): Device;
  /** A message somebody was told is stored, beside those of the devices. */
  promised(message: Promised): void;
  /** What was taken down since the strike began. */
  since(): readonly HistoryEvent[];
}

/** What a strike leaves when it is over. */
export interface Struck {
  /** How often it really happened: a strike that did not is no proof of anything. */
  readonly hits: number;
  /** Who has to be served again before it counts as healed. */
  readonly affected: readonly Device[];
}

/**
 * One fault that will happen in a run. `system` strikes hit everybody and follow one another; `edge` strikes hit one client and
 * go on beside them. All of it follows from the seed.
 */
export interface Strike {
  readonly class: FaultClass;
  /** What happens, where and for how long: two strikes of one name are alike. */
  readonly name: string;
  readonly lane: 'system' | 'edge';
  /** Brings it about and ends it. Rejects when it could not be brought about. */
  happen(stage: Stage): Promise<Struck>;
}

/** @throws Error: the deployment said that it has it */
export function having<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('This deployment does not say that it has not what is needed.');
  return what;
}

const pollMs = 20;

/** Resolves with true as soon as it holds, with false when it did not `withinMs`. */
export async function holds(condition: () => boolean, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > until) return false;
    await Bun.sleep(pollMs);
  }
  return true;
}

/** Waits at least `forMs`, and then until something came of it, at most `atMostMs` more. @returns how much did. */
export async function lasts(forMs: number, hits: () => number, atMostMs = 5_000): Promise<number> {
  await Bun.sleep(forMs);
  await holds(() => hits() > 0, atMostMs);
  return hits();
}
