import { AdjustableClock } from '../faults/adjustable-clock.ts';
import { DisorderedQueue } from '../faults/disordered-queue.ts';
import { FaultControl } from '../faults/fault-control.ts';
import { Faults } from '../faults/faults.ts';
import { FaultyQueue } from '../faults/faulty-queue.ts';
import { FaultyRpc } from '../faults/faulty-rpc.ts';
import { FaultyStore } from '../faults/faulty-store.ts';
import { systemClock } from '../clock.ts';
import { openEngines } from './open-engines.ts';
import { openStoreAlone } from './open-store-alone.ts';
import type { Opening } from './opening.ts';
import type { Basics, EngineName, Engines } from './role-engines.ts';

/** One page, so that a transaction is in the log, in part, before it is committed. SQLite takes 0 for “as usual”. */
const faultyCacheBytes = 4_096;

/** The same engines behind decorators that make them fail when told to, so that nothing on the way of a message asks whether to. */
export async function openFaultyEngines(
  opening: Opening,
  names: ReadonlySet<EngineName>,
): Promise<{ readonly engines: Basics & Engines; readonly control: FaultControl }> {
  opening.log.warn({}, 'Faults are on: whoever reaches the operations port can make this server fail');
  const faults = new Faults();
  const insideCommit = (): void => faults.atOnce('commit.inside');
  const clock = new AdjustableClock(systemClock);
  const opened = await openStoreAlone(opening, { insideCommit, cacheBytes: faultyCacheBytes });
  const plain = await openEngines(opening, names, { clock, openStore: async () => opened });
  const store = new FaultyStore(opened, faults);
  const disordered = new DisorderedQueue(plain.queue);
  const queue = new FaultyQueue(disordered, faults);
  opening.closers.push(() => queue.close());
  const calls = { ...plain.calls, rpc: new FaultyRpc(plain.calls.rpc, faults) };
  const control = new FaultControl({ faults, clock, queue: disordered, store: opened });
  return { engines: { ...plain, store, queue, calls }, control };
}
