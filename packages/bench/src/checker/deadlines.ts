import { attemptsOf, type Run } from './run.ts';
import { faultsOf, UpTime } from './up-time.ts';
import type { Violation } from './violation.ts';

/** Every send ends within this while the system is left alone; with what timers and a loaded machine add. */
export const sendEndsWithinMs = 10_000;
export const timersSlackMs = 500;

/** I12: every send ends within ten seconds of undisturbed time, and after every fault everybody is served again. */
export function deadlines(run: Run): Violation[] {
  return [...endless(run), ...unhealed(run)];
}

function* endless(run: Run): Generator<Violation> {
  const { events } = run.history;
  const upTime = new UpTime(events);
  const endMs = events.at(-1)?.atMs ?? 0;
  for (const { invoked, outcome } of attemptsOf(run, 'send')) {
    const tookMs = upTime.between(invoked.atMs, outcome?.atMs ?? endMs);
    if (tookMs <= sendEndsWithinMs + timersSlackMs) continue;
    const { clientMsgId, conversationId, device } = invoked;
    const how = outcome === undefined ? 'had not ended at the end of the run' : 'ended';
    yield {
      rule: 'I12',
      says: `The send of ${clientMsgId} by device ${device} ${how}, after ${Math.round(tookMs)} ms of undisturbed time.`,
      events: outcome === undefined ? [invoked] : [invoked, outcome],
      about: { conversationId, clientMsgId },
    };
  }
}

function* unhealed(run: Run): Generator<Violation> {
  for (const { begin, end, healed } of faultsOf(run.history.events)) {
    if (end !== undefined && healed !== undefined) continue;
    const what = end === undefined ? 'never ended' : 'was never healed';
    yield {
      rule: 'I12',
      says: `Fault ${begin.class} (${begin.name}) ${what}.`,
      events: end === undefined ? [begin] : [begin, end],
      about: { fault: begin.fault },
    };
  }
}
