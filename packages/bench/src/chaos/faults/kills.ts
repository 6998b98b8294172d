import { faultPointNames, type FaultPoint } from '@parley/server/src/faults/fault-points.ts';
import type { Random } from '../random.ts';
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

export function killAt(point: FaultPoint, skip: number): Strike {
  return {
    class: 'F1',
    name: `kill at ${point}`,
    lane: 'system',
    happen: async (stage) => {
      await stage.deployment.faults(stage.part).arm({ point, action: 'kill', skip });
      if (onReturn.has(point)) for (const { edge } of stage.devices) edge.cut();
      await stage.deployment.died(stage.part, diesWithinMs);
      return startedAgain(stage, 1);
    },
  };
}

/** F1: SIGKILL at any moment. */
export function killAnywhere(random: Random): Strike {
  const waitMs = random.between(0, 300);
  return {
    class: 'F1',
    name: 'kill at any moment',
    lane: 'system',
    happen: async (stage) => {
      await Bun.sleep(waitMs);
      await stage.deployment.kill(stage.part);
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
    happen: async (stage) => {
      const control = stage.deployment.faults(stage.part);
      const before = (await control.counts())[point].fired;
      await control.arm({ point, action, times, stallMs: 300 });
      await Bun.sleep(1_000);
      const hits = (await control.counts())[point].fired - before;
      await control.clear();
      return { hits, affected: stage.devices };
    },
  };
}

/** The killed part runs again, with everything it kept. */
export async function startedAgain(stage: Stage, hits: number): Promise<Struck> {
  await stage.deployment.start(stage.part);
  return { hits, affected: stage.devices };
}
