import { systemClock, type Clock } from '../clock.ts';
import { spelling, type Config } from '../config/config.ts';
import { LeasedIds } from '../ids/leased-ids.ts';
import type { Log } from '../log.ts';
import { MemoryPresence } from '../presence/memory.ts';
import type { Presence } from '../presence/presence.ts';
import { RedisPresence } from '../presence/redis.ts';
import type { Queue } from '../queue/queue.ts';
import { EtcdRegistry } from '../registry/etcd.ts';
import { LocalRegistry } from '../registry/local.ts';
import type { Registry } from '../registry/registry.ts';
import { reasonOf, StartError } from '../start-error.ts';
import { idsAfterMs } from '../store/copy/copy-mark.ts';
import type { Store } from '../store/store.ts';
import { openCalls } from './open-calls.ts';
import { chooseQueue } from './open-queue.ts';
import { openStoreAlone } from './open-store-alone.ts';
import type { Opening } from './opening.ts';
import type { Basics, EngineName, Engines } from './role-engines.ts';

/** What faults need to have been opened otherwise. */
export interface EngineOptions {
  readonly clock: Clock;
  openStore?(opening: Opening): Promise<Store>;
}

interface Opened extends Basics, Engines {}

type Opener<Name extends EngineName> = (
  opening: Opening,
  opened: Opened,
  options: EngineOptions,
) => Engines[Name] | Promise<Engines[Name]>;

/** In the order in which they are opened: each finds those it stands on. */
const openers: { readonly [Name in EngineName]: Opener<Name> } = {
  store: (opening, _opened, { openStore = openStoreAlone }) => openStore(opening),
  registry: openRegistry,
  presence: openPresence,
  calls: (opening, { registry }) => openCalls(opening, registry),
  ids: openIds,
  queue: openQueue,
};

/** Opens these engines and no others; `roleEngines` keeps every role to what was opened for it. @throws StartError */
export async function openEngines(
  opening: Opening,
  names: ReadonlySet<EngineName>,
  options: EngineOptions = { clock: systemClock },
): Promise<Basics & Engines> {
  const opened = { clock: options.clock, log: opening.log } as Opened;
  for (const name of Object.keys(openers) as EngineName[])
    if (names.has(name)) Object.assign(opened, { [name]: await openers[name](opening, opened, options) });
  return opened;
}

/** @throws StartError */
async function openRegistry({ config, log, closers }: Opening): Promise<Registry> {
  const registry = await chooseRegistry(config, log);
  closers.push(() => registry.close());
  return registry;
}

/** @throws StartError */
async function chooseRegistry({ registryUrl: url, dataDir }: Config, log: Log): Promise<Registry> {
  if (url.startsWith('local:')) return new LocalRegistry({ dataDir });
  const onWaiting = (): void => void process.stderr.write('parley: waiting for the registry, which does not answer\n');
  try {
    return await EtcdRegistry.open({ url, log, onWaiting });
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : `cannot be used: ${reasonOf(cause)}`;
    throw new StartError(`${spelling.environment('registryUrl')} ${why}`, { cause });
  }
}

function openPresence({ config, log, closers }: Opening, { clock }: Opened): Presence {
  const { presenceUrl: url } = config;
  const presence = url.startsWith('memory:') ? new MemoryPresence(clock) : new RedisPresence({ url, clock, log });
  closers.push(() => presence.close());
  return presence;
}

async function openIds({ log, closers }: Opening, { registry, clock, ...opened }: Opened): Promise<LeasedIds> {
  const ids = await LeasedIds.start({
    lease: () => registry.leaseWorkerId(),
    clock,
    ...(await lateEnough(opened)),
    onAlarm: (aheadMs) => log.warn({ aheadMs }, 'Ids run ahead of the clock'),
    onLost: (error) => log.warn({ error }, 'The worker id is lost; there are no ids until another one is leased'),
  });
  closers.push(async () => ids.close());
  return ids;
}

/** A process without the store gives no id to a message. */
async function lateEnough({ store }: Partial<Engines>): Promise<{ readonly afterMs?: number }> {
  return store === undefined ? {} : { afterMs: await idsAfterMs(store) };
}

/** @throws StartError */
function openQueue({ config, log, closers }: Opening, { clock }: Opened): Queue {
  const queue = chooseQueue(config, { clock, log });
  closers.push(() => queue.close());
  return queue;
}
