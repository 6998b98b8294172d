import type { Random } from '../random.ts';
import { startedAgain } from './kills.ts';
import type { Strike } from './strike.ts';

/** F2: SIGSTOP, a while, SIGCONT. */
export function pause(random: Random, { longMs }: { readonly longMs: number }): Strike {
  const forMs = random.between(longMs / 2, longMs);
  return {
    class: 'F2',
    name: 'paused and continued',
    lane: 'system',
    happen: async ({ deployment, part, devices }) => {
      deployment.pause(part);
      await Bun.sleep(forMs);
      deployment.resume(part);
      return { hits: 1, affected: devices };
    },
  };
}

/** F19: SIGTERM under load, and a new start. */
export function restart(): Strike {
  return {
    class: 'F19',
    name: 'restart under load',
    lane: 'system',
    happen: async (stage) => {
      const exitCode = await stage.deployment.drain(stage.part);
      if (exitCode !== 0) throw new Error(`The server ended with code ${exitCode}.`);
      const told = stage.since().filter((event) => event.event === 'pushed' && event.push.push === 'server.draining');
      return startedAgain(stage, told.length);
    },
  };
}

/** F20: the event loop stands still. */
export function loopStall(): Strike {
  const forMs = 2_000;
  return {
    class: 'F20',
    name: `event loop stalled ${forMs / 1_000} s`,
    lane: 'system',
    happen: async ({ deployment, part, devices }) => {
      const beganAt = performance.now();
      await deployment.faults(part).stallLoop(forMs);
      return { hits: performance.now() - beganAt >= forMs ? 1 : 0, affected: devices };
    },
  };
}

/** F12: the wall clock of the server is behind, ahead, or stands still. */
export function clock(random: Random): Strike {
  const hourMs = 3_600_000;
  const [name, clock] = random.pick([
    ['an hour back', { offsetMs: -hourMs, isFrozen: false }],
    ['an hour ahead', { offsetMs: hourMs, isFrozen: false }],
    ['frozen', { offsetMs: 0, isFrozen: true }],
  ] as const);
  return {
    class: 'F12',
    name: `clock ${name}`,
    lane: 'system',
    happen: async ({ deployment, part, devices, since }) => {
      const control = deployment.faults(part);
      await control.setClock(clock);
      await Bun.sleep(1_500);
      await control.setClock({ offsetMs: 0, isFrozen: false });
      return { hits: since().filter(({ event }) => event === 'acked').length, affected: devices };
    },
  };
}

/** F7: entries of the queue come twice, late and in another order. */
export function disorderedQueue(): Strike {
  return {
    class: 'F7',
    name: 'queue entries doubled and shuffled',
    lane: 'system',
    happen: async ({ deployment, part, devices, since }) => {
      const control = deployment.faults(part);
      await control.disorderQueue(true);
      await Bun.sleep(2_500);
      await control.disorderQueue(false);
      return { hits: disorders(since()), affected: devices };
    },
  };
}

type Events = ReturnType<Parameters<Strike['happen']>[0]['since']>;

/** Pushes that came to a device again, or after a later one. */
function disorders(events: Events): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const event of events) {
    if (event.event !== 'pushed' || event.push.push !== 'message.changed') continue;
    const { conversationId, version } = event.push.message;
    const place = `${event.device} ${conversationId}`;
    if (version <= (last.get(place) ?? 0)) count++;
    else last.set(place, version);
  }
  return count;
}
