import type { HistoryEvent } from '../../checker/history-event.ts';
import type { Random } from '../random.ts';
import { killAt, startedAgain } from './kills.ts';
import { having, lasts, type Strike } from './strike.ts';

/** Longer than a write waits: the refusals have to show. [D11] */
const outageMs = 2_200;

/** F5: another process keeps the database locked. */
export function lockedDatabase(): Strike {
  return {
    class: 'F5',
    name: 'database locked',
    lane: 'system',
    happen: async ({ deployment, devices, since }) => {
      const unlock = await deployment.lockDatabase();
      try {
        return { hits: await lasts(outageMs, () => refusals(since())), affected: devices };
      } finally {
        await unlock();
      }
    },
  };
}

/** F5: the process dies while its transaction is open. */
export function killedMidCommit(random: Random): Strike {
  return { ...killAt('commit.inside', random.between(0, 5)), class: 'F5', name: 'killed mid-commit' };
}

/** F5: a crash leaves half of a write at the end of the log. */
export function tornLog(): Strike {
  return {
    class: 'F5',
    name: 'torn tail of the log',
    lane: 'system',
    happen: async (stage) => {
      await stage.deployment.kill(stage.part('logic'));
      return startedAgain(stage, having(stage.deployment.file).tearLog());
    },
  };
}

/** F6: no byte more fits on the disk. */
export function fullDisk(): Strike {
  return {
    class: 'F6',
    name: 'disk full',
    lane: 'system',
    happen: async ({ deployment, devices, since }) => {
      const makeRoom = having(deployment.file).fillDisk();
      try {
        return { hits: await lasts(1_000, () => refusals(since())), affected: devices };
      } finally {
        makeRoom();
      }
    },
  };
}

function refusals(events: readonly HistoryEvent[]): number {
  return events.filter((event) => event.event === 'refused' && event.code === 'unavailable').length;
}
