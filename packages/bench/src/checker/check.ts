import { appliedVersions } from './applied-versions.ts';
import { contents } from './contents.ts';
import { cursors } from './cursors.ts';
import { deadlines } from './deadlines.ts';
import { completeViews, displays, freshViews } from './device-views.ts';
import { gapless } from './gapless.ts';
import type { History } from './history.ts';
import { idempotence } from './idempotence.ts';
import { identities } from './identities.ts';
import { leaks, standingRemovals } from './leaks.ts';
import { lostMessages } from './lost-messages.ts';
import { ownDevices } from './own-devices.ts';
import { phantoms, storedRefusals } from './phantoms.ts';
import { presence } from './presence.ts';
import { reads } from './reads.ts';
import { residue } from './residue.ts';
import { indexRun, type Run } from './run.ts';
import { ackOrder, deviceOrder } from './send-order.ts';
import type { Truth } from './truth.ts';
import type { Violation } from './violation.ts';

const checks: readonly ((run: Run) => Violation[])[] = [
  lostMessages,
  phantoms,
  storedRefusals,
  identities,
  gapless,
  contents,
  deviceOrder,
  ackOrder,
  reads,
  completeViews,
  displays,
  freshViews,
  leaks,
  standingRemovals,
  cursors,
  deadlines,
  residue,
  presence,
  idempotence,
  appliedVersions,
  ownDevices,
];

/**
 * Everything that a history and the truth after it show to be wrong, by invariant. Takes time in proportion to the events,
 * apart from sorting.
 * @throws RangeError when the history has a hole, or speaks of a device or an attempt it never introduced: then it says nothing.
 */
export function checkHistory(history: History, truth: Truth): Violation[] {
  if (history.dropped > 0)
    throw new RangeError(`${history.dropped} events found no room: nothing can be said of the run.`);
  const run = indexRun(history, truth);
  return checks.flatMap((check) => check(run));
}
