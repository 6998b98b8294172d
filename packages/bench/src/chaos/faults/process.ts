import type { Role } from '@parley/server/src/config/settings.ts';
import type { Random } from '../random.ts';
import { startedAgain } from './kills.ts';
import { partsWith } from './parts-with.ts';
import type { Strike } from './strike.ts';

export interface PauseOptions {
  readonly of: Role;
  /** How long, in milliseconds. */
  readonly between: readonly [least: number, most: number];
}

/** F2: SIGSTOP, a while, SIGCONT. */
export function pause(random: Random, { of, between: [least, most] }: PauseOptions): Strike {
  const forMs = random.between(least, most);
  return {
    class: 'F2',
    name: `paused and continued, ${of}`,
    lane: 'system',
    happen: async ({ deployment, part, devices }) => {
      const paused = part(of);
      deployment.pause(paused);
      await Bun.sleep(forMs);
      deployment.resume(paused);
      return { hits: 1, affected: devices };
    },
  };
}

/** F19: SIGTERM under load, and a new start, of one part after the other. */
export function restart(): Strike {
  return {
    class: 'F19',
    name: 'restart under load',
    lane: 'system',
    happen: async (stage) => {
      const { deployment } = stage;
      for (const part of deployment.parts) {
        const exitCode = await deployment.drain(part);
        if (exitCode !== 0) throw new Error(`The ${part.name} ended with code ${exitCode}.`);
        await startedAgain(stage, 1);
      }
      const told = stage.since().filter((event) => event.event === 'pushed' && event.push.push === 'server.draining');
      return { hits: told.length, affected: stage.devices };
    },
  };
}

/** F20: the event loop stands still. */
export function loopStall(of: Role): Strike {
  const forMs = 2_000;
  return {
    class: 'F20',
    name: `event loop stalled ${forMs / 1_000} s, ${of}`,
    lane: 'system',
    happen: async ({ deployment, part, devices }) => {
      const beganAt = performance.now();
      await deployment.faults(part(of)).stallLoop(forMs);
      return { hits: performance.now() - beganAt >= forMs ? 1 : 0, affected: devices };
    },
  };
}

/** F12: the wall clock of a server that decides is behind, ahead, or stands still. */
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
      const control = deployment.faults(part('logic'));
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
    happen: async ({ deployment, devices, since }) => {
      const controls = partsWith(deployment, ['task']).map((part) => deployment.faults(part));
      await Promise.all(controls.map((control) => control.disorderQueue(true)));
      await Bun.sleep(2_500);
      await Promise.all(controls.map((control) => control.disorderQueue(false)));
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
