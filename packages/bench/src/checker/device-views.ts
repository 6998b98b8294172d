import { stateOf } from './body.ts';
import type { EventOf, Shown } from './history-event.ts';
import { userOf, type Judged, type Run } from './run.ts';
import type { ViewTruth } from './truth.ts';
import type { RuleId, Violation } from './violation.ts';

interface View extends ViewTruth {
  readonly device: string;
  readonly userId: number;
}

/** I9: each device that is back shows all there is, from where its view begins to the head, once each and in order. */
export function completeViews(run: Run): Violation[] {
  return viewsOf(run).flatMap(([view, judged]) => {
    const text = disorder(view.items) ?? incompleteness(view, judged);
    return text === undefined ? [] : [found('I9', view, text)];
  });
}

/** I9: while it runs, a view grows at its newest end only, and by each message once. [D5] */
export function displays(run: Run): Violation[] {
  const last = new Map<string, EventOf<'displayed'>>();
  const violations: Violation[] = [];
  for (const event of run.history.events) {
    if (event.event !== 'displayed') continue;
    const { device, view, message } = event;
    const place = `${device} ${view} ${message.conversationId}`;
    const before = last.get(place);
    if (before === undefined || message.seq > before.message.seq) last.set(place, event);
    else violations.push(displayedBack(before, event));
  }
  return violations;
}

/** I15: what a device made of events is what a fresh fetch gives. */
export function freshViews(run: Run): Violation[] {
  return viewsOf(run).flatMap(([view, { truth, bySeq }]) => {
    const fetched = truth.fetched.find(({ userId }) => userId === view.userId)?.items;
    const fresh = fetched === undefined ? bySeq : new Map(fetched.map((item) => [item.seq, item]));
    const stale = view.items.find((item) => differs(item, fresh.get(item.seq)));
    return stale === undefined
      ? []
      : [
          found('I15', view, {
            seq: stale.seq,
            says: `shows another state of message ${stale.seq} than a fresh fetch`,
          }),
        ];
  });
}

/** Of users who may look: former members keep what they have, and nobody tells them more. */
function viewsOf(run: Run): (readonly [View, Judged])[] {
  return run.truth.devices.flatMap(({ device, views }) =>
    views.flatMap((view) => {
      const judged = run.conversations.get(view.conversationId);
      const userId = userOf(run, device);
      return judged === undefined || !mayLook(judged, userId) ? [] : [[{ ...view, device, userId }, judged] as const];
    }),
  );
}

function mayLook({ truth }: Judged, userId: number): boolean {
  const isOpen = truth.kind === 'room' || truth.kind === 'channel';
  return isOpen || truth.members.some((member) => member.userId === userId && member.isActive);
}

interface Trouble {
  readonly seq?: number;
  readonly says: string;
}

function disorder(items: readonly Shown[]): Trouble | undefined {
  let last = 0;
  for (const { seq } of items) {
    if (seq <= last) return { seq, says: `shows message ${seq} ${seq === last ? 'twice' : `after message ${last}`}` };
    last = seq;
  }
  return undefined;
}

function incompleteness(view: View, { truth }: Judged): Trouble | undefined {
  const member = truth.members.find(({ userId }) => userId === view.userId);
  const floor = truth.kind === 'group' ? (member?.joinSeq ?? 0) : 0;
  const from = view.hasOlder ? (view.items[0]?.seq ?? Infinity) : floor + 1;
  const shown = new Set(view.items.map((item) => item.seq));
  const missing = truth.stored.find(({ seq }) => seq >= from && seq > floor && !shown.has(seq));
  if (missing !== undefined) return { seq: missing.seq, says: `lacks message ${missing.seq}` };
  return view.version === undefined || view.version === truth.head.version
    ? undefined
    : { says: `stands at version ${view.version}, not at the head ${truth.head.version}` };
}

function differs(shown: Shown, fresh: Shown | undefined): boolean {
  return fresh !== undefined && stateOf(shown) !== stateOf(fresh);
}

function found(rule: RuleId, { device, conversationId }: View, { seq, says }: Trouble): Violation {
  return {
    rule,
    says: `In the end device ${device} ${says} in conversation ${conversationId}.`,
    events: [],
    about: { conversationId, device, seq },
  };
}

function displayedBack(before: EventOf<'displayed'>, event: EventOf<'displayed'>): Violation {
  const { device, message } = event;
  const { conversationId, seq } = message;
  const what = seq === before.message.seq ? 'a second time' : `below message ${before.message.seq}`;
  return {
    rule: 'I9',
    says: `Device ${device} displayed message ${seq} of conversation ${conversationId} ${what}.`,
    events: [before, event],
    about: { conversationId, device, seq },
  };
}
