import { AdjustableClock } from '../faults/adjustable-clock.ts';
import { DisorderedQueue } from '../faults/disordered-queue.ts';
import { FaultControl, type FaultControlParts } from '../faults/fault-control.ts';
import { faultPointsOf } from '../faults/fault-points.ts';
import { Faults } from '../faults/faults.ts';
import { FaultyQueue } from '../faults/faulty-queue.ts';
import { FaultyRpc } from '../faults/faulty-rpc.ts';
import { FaultyStore } from '../faults/faulty-store.ts';
import { systemClock } from '../clock.ts';
import { openEngines } from './open-engines.ts';
import { openStoreAlone } from './open-store-alone.ts';
import type { OpenedStore } from './open-store.ts';
import type { Opening } from './opening.ts';
import type { Basics, EngineName, Engines } from './role-engines.ts';

/** One page, so that a transaction is in the log, in part, before it is committed. SQLite takes 0 for “as usual”. */
const faultyCacheBytes = 4_096;

type Parts = Pick<FaultControlParts, 'queue' | 'store'>;

/** The same engines behind decorators that make them fail when told to, so that nothing on the way of a message asks whether to. */
export async function openFaultyEngines(
  opening: Opening,
  names: ReadonlySet<EngineName>,
): Promise<{ readonly engines: Basics & Engines; readonly control: FaultControl }> {
  opening.log.warn({}, 'Faults are on: whoever reaches the operations port can make this server fail');
  const faults = new Faults();
  const clock = new AdjustableClock(systemClock);
  const insideCommit = (): void => faults.atOnce('commit.inside');
  const isCommitWatched = (): boolean => faults.isArmed('commit.inside');
  let opened: OpenedStore | undefined;
  const openStore = async (): Promise<OpenedStore> =>
    (opened = await openStoreAlone(opening, { insideCommit, isCommitWatched, cacheBytes: faultyCacheBytes }));
  const plain: Basics & Partial<Engines> = await openEngines(opening, names, { clock, openStore });
  const { engines, parts } = decorated(plain, { faults, opened });
  const { queue } = engines;
  if (queue !== undefined) opening.closers.push(() => queue.close());
  const control = new FaultControl({ faults, points: faultPointsOf(opening.config.roles), clock, ...parts });
  // Of those the roles need, all are there.
  return { engines: engines as Basics & Engines, control };
}

/** As far as they are in this process. */
function decorated(
  plain: Basics & Partial<Engines>,
  { faults, opened }: { readonly faults: Faults; readonly opened: OpenedStore | undefined },
): { readonly engines: Basics & Partial<Engines>; readonly parts: Parts } {
  const { calls } = plain;
  const disordered = plain.queue && new DisorderedQueue(plain.queue);
  const engines = {
    ...plain,
    ...(opened && { store: new FaultyStore(opened, faults) }),
    ...(disordered && { queue: new FaultyQueue(disordered, faults) }),
    ...(calls && { calls: { ...calls, rpc: new FaultyRpc(calls.rpc, faults) } }),
  };
  return { engines, parts: { ...(disordered && { queue: disordered }), ...(opened && { store: opened }) } };
}
