import { stateOf } from './body.ts';
import type { HistoryEvent, Shown } from './history-event.ts';
import { sightingsOf, type Run } from './run.ts';
import type { Violation } from './violation.ts';

interface First {
  readonly state: string;
  readonly event: HistoryEvent | undefined;
}

/** I5: whoever looks at a message in one version sees one content, be it in a push, a page or the database. */
export function contents(run: Run): Violation[] {
  const firsts = new Map<string, First>();
  const violations = new Map<string, Violation>();
  const look = (message: Shown, event?: HistoryEvent): void => {
    if (message.version === undefined) return;
    const place = `${message.conversationId} ${message.seq} ${message.version}`;
    const first = firsts.get(place);
    if (first === undefined) firsts.set(place, { state: stateOf(message), event });
    else if (first.state !== stateOf(message) && !violations.has(place))
      violations.set(place, twoContents(message, first.event, event));
  };
  for (const { message, event } of sightingsOf(run)) look(message, event);
  for (const row of run.stored.values()) look(row);
  return [...violations.values()];
}

function twoContents(message: Shown, ...events: readonly (HistoryEvent | undefined)[]): Violation {
  const { conversationId, seq, version } = message;
  return {
    rule: 'I5',
    says: `Message ${seq} of conversation ${conversationId} was seen with two contents in version ${version}.`,
    events: events.filter((event) => event !== undefined),
    about: { conversationId, seq },
  };
}
