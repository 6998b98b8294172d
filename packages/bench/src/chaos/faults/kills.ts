import { faultPointNames, faultPoints, type FaultPoint } from '@parley/server/src/faults/fault-points.ts';
import type { Role } from '@parley/server/src/config/settings.ts';
import type { Part } from '../deployment/deployment.ts';
import type { Random } from '../random.ts';
import { partsWith } from './parts-with.ts';
import type { Stage, Strike, Struck } from './strike.ts';

const diesWithinMs = 15_000;
/** How many messages pass the step before the one that ends the process. */
const skipMax = 10;
/** Steps that somebody who comes back goes through. */
const onReturn: ReadonlySet<FaultPoint> = new Set(['hello.before', 'welcome.before', 'sync.before']);

/** F1: SIGKILL in the middle of a step. `turn` counts the runs, so that a few of them in a row cover all steps. */
export function killsAtSteps(
  random: Random,
  { turn, count }: { readonly turn: number; readonly count: number },
): Strike[] {
  return Array.from({ length: count }, (_, index) => {
    const point = faultPointNames[(turn * count + index) % faultPointNames.length] as FaultPoint;
    return killAt(point, onReturn.has(point) ? 0 : random.between(0, skipMax));
  });
}

/** Of several parts that come to the step it ends the first one. */
export function killAt(point: FaultPoint, skip: number): Strike {
  return {
    class: 'F1',
    name: `kill at ${point}`,
    lane: 'system',
    happen: async (stage) => {
      const { deployment, devices } = stage;
      const parts = partsWith(deployment, faultPoints[point].roles);
      await Promise.all(parts.map((part) => deployment.faults(part).arm({ point, action: 'kill', skip })));
      if (onReturn.has(point)) for (const { edge } of devices) edge.cut();
      await Promise.any(parts.map((part) => deployment.died(part, diesWithinMs)));
      await Promise.all(parts.map((part) => disarmed(stage, part)));
      return startedAgain(stage, 1);
    },
  };
}

/** One that comes to the step at the same moment is gone as well. */
async function disarmed({ deployment }: Stage, part: Part): Promise<void> {
  await deployment
    .faults(part)
    .clear()
    .catch(() => deployment.died(part, diesWithinMs));
}

/** F1: SIGKILL at any moment. */
export function killAnywhere(random: Random, ...roles: readonly Role[]): Strike {
  const waitMs = random.between(0, 300);
  return {
    class: 'F1',
    name: 'kill at any moment',
    lane: 'system',
    happen: async (stage) => {
      await Bun.sleep(waitMs);
      await stage.deployment.kill(stage.part(...roles));
      return startedAgain(stage, 1);
    },
  };
}

/** F1: a step fails for a while, as when what it needs is out of order. */
export function failsAtStep(random: Random): Strike {
  const point = random.pick(faultPointNames.filter((name) => !onReturn.has(name) && name !== 'cursor.before'));
  const action = random.pick(['fail', 'stall'] as const);
  const times = random.between(1, 5);
  return {
    class: 'F1',
    name: `${action} at ${point}`,
    lane: 'system',
    happen: async ({ deployment, devices }) => {
      const controls = partsWith(deployment, faultPoints[point].roles).map((part) => deployment.faults(part));
      const fired = async (): Promise<number> => {
        const counts = await Promise.all(controls.map((control) => control.counts()));
        return counts.reduce((sum, each) => sum + each[point].fired, 0);
      };
      const before = await fired();
      await Promise.all(controls.map((control) => control.arm({ point, action, times, stallMs: 300 })));
      await Bun.sleep(1_000);
      const hits = (await fired()) - before;
      await Promise.all(controls.map((control) => control.clear()));
      return { hits, affected: devices };
    },
  };
}

/** What was killed runs again, with everything it kept. */
export async function startedAgain({ deployment, devices }: Stage, hits: number): Promise<Struck> {
  const gone = deployment.parts.filter((part) => !deployment.isRunning(part));
  await Promise.all(gone.map((part) => deployment.start(part)));
  return { hits, affected: devices };
}
