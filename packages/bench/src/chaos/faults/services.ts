import type { Engine, EngineName, Engines, ReachedEngine } from '../deployment/engines.ts';
import type { Random } from '../random.ts';
import { partsWith } from './parts-with.ts';
import { having, lasts, type Stage, type Strike } from './strike.ts';

/** So long that calls which wait for it are given up. */
const stallMs = 2_500;
/** A lease of the registry outlives it, a call does not. */
const cutOffMs = 3_000;

type ServiceStrike = Pick<Strike, 'class' | 'name'> & { happen(engine: Engine, stage: Stage): Promise<number> };

function serviceStrike(engine: EngineName, { class: fault, name, happen }: ServiceStrike): Strike {
  return {
    class: fault,
    name,
    lane: 'system',
    happen: async (stage) => ({
      hits: await happen(having(stage.deployment.engines)[engine], stage),
      affected: stage.devices,
    }),
  };
}

/** F3, F4: killed, and started anew with what it keeps: Redis nothing, etcd everything. */
export function killedService(engine: ReachedEngine, random: Random): Strike {
  const awayMs = random.between(100, 1_500);
  const kept = engine === 'redis' ? 'Redis killed, restarted empty' : 'etcd killed and restarted';
  return serviceStrike(engine, {
    class: engine === 'redis' ? 'F3' : 'F4',
    name: kept,
    happen: async (service) => {
      await service.kill();
      await Bun.sleep(awayMs);
      await service.start();
      return 1;
    },
  });
}

/** F3, F4, F5: it keeps its connections and answers nothing for a while. */
export function stalledService(engine: EngineName): Strike {
  const names = {
    redis: ['F3', 'Redis stalled'],
    etcd: ['F4', 'etcd stalled'],
    postgres: ['F5', 'PostgreSQL stalled'],
  } as const;
  const [fault, name] = names[engine];
  return serviceStrike(engine, {
    class: fault,
    name,
    happen: async (service) => {
      service.pause();
      await Bun.sleep(stallMs);
      service.resume();
      return 1;
    },
  });
}

/** F3: FLUSHALL. */
export function emptiedRedis(): Strike {
  return {
    class: 'F3',
    name: 'Redis emptied',
    lane: 'system',
    happen: async ({ deployment, devices }) => ({
      hits: await having(deployment.engines).emptyRedis(),
      affected: devices,
    }),
  };
}

/** F3, F4: one part, or all of them, and the service do not hear of each other any more, and no connection breaks. */
export function cutOff(engine: ReachedEngine, from: 'one part' | 'all parts'): Strike {
  const what = engine === 'redis' ? 'Redis' : 'etcd';
  return {
    class: engine === 'redis' ? 'F3' : 'F4',
    name: `${what} cut off from ${from}`,
    lane: 'system',
    happen: async ({ deployment, devices, part }) => {
      const parts = from === 'all parts' ? deployment.parts : [part('connect', 'logic', 'task')];
      const partition = having(deployment.engines).partition(
        engine,
        parts.map(({ name }) => name),
      );
      const hits = await lasts(cutOffMs, () => partition.swallowed());
      partition.heal();
      return { hits, affected: devices };
    },
  };
}

/** F5: the server ends every connection, as when it is restarted or an operator does. */
export function databaseCut(): Strike {
  return {
    class: 'F5',
    name: 'connections to PostgreSQL cut',
    lane: 'system',
    happen: async ({ deployment, devices }) => ({
      hits: await having(deployment.engines).cutDatabase(),
      affected: devices,
    }),
  };
}

/** F5: the server dies while a transaction of ours is written and not committed. */
export function databaseKilled(random: Random): Strike {
  const awayMs = random.between(100, 1_000);
  return serviceStrike('postgres', {
    class: 'F5',
    name: 'PostgreSQL killed mid-commit',
    happen: async (service, { deployment }) => {
      const controls = partsWith(deployment, ['logic']).map((part) => deployment.faults(part));
      const arm = { point: 'commit.inside', action: 'stall', stallMs: commitMs } as const;
      await Promise.all(controls.map((control) => control.arm(arm)));
      const open = await openTransactions(having(deployment.engines));
      await service.kill();
      await Bun.sleep(awayMs);
      await service.start();
      await Promise.all(controls.map((control) => control.clear()));
      return open;
    },
  });
}

/** For so long a transaction is open. */
const commitMs = 1_000;
const commitsWithinMs = 10_000;

/** @returns how many are open, as soon as there is one. */
async function openTransactions(engines: Engines): Promise<number> {
  const until = performance.now() + commitsWithinMs;
  let open = 0;
  while (open === 0 && performance.now() < until) open = await engines.openTransactions();
  return open;
}
