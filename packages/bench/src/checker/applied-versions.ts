import type { EventOf } from './history-event.ts';
import type { Run } from './run.ts';
import type { Violation } from './violation.ts';

/** D4: a device applies each change once and in order: a push iff it is the next one, a page from where it stands, never back. */
export function appliedVersions(run: Run): Violation[] {
  const last = new Map<string, EventOf<'applied'>>();
  const violations: Violation[] = [];
  for (const event of run.history.events) {
    if (event.event !== 'applied') continue;
    const place = `${event.device} ${event.conversationId}`;
    const before = last.get(place);
    last.set(place, event);
    const what = trouble(before, event);
    if (what !== undefined) violations.push(found(before, event, what));
  }
  return violations;
}

function trouble(before: EventOf<'applied'> | undefined, { by, from, to }: EventOf<'applied'>): string | undefined {
  if (by === 'load' || by === 'reset') return undefined;
  if (before !== undefined && before.to !== from) return `version ${to} on ${from}, and stood at ${before.to}`;
  if (by === 'push') return to === from + 1 ? undefined : `a push of version ${to} on ${from}`;
  return to >= from ? undefined : `a page that went back from ${from} to ${to}`;
}

function found(before: EventOf<'applied'> | undefined, event: EventOf<'applied'>, what: string): Violation {
  const { device, conversationId } = event;
  return {
    rule: 'D4',
    says: `Device ${device} applied in conversation ${conversationId} ${what}.`,
    events: before === undefined ? [event] : [before, event],
    about: { conversationId, device },
  };
}
