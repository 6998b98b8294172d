import type { EventOf } from './history-event.ts';
import type { Run } from './run.ts';
import type { Violation } from './violation.ts';

type Cursor = EventOf<'cursor'>;

/**
 * I11: cursors only grow, and stay within what there is. What a device holds never goes back; an answer is not behind one that
 * had come before it was asked for; the database is not behind any answer. Pushes may overtake each other.
 */
export function cursors(run: Run): Violation[] {
  const held = new Map<string, Cursor>();
  const answered = new Map<string, Answers>();
  const violations: Violation[] = [];
  for (const event of run.history.events) {
    if (event.event !== 'cursor') continue;
    const beyond = beyondHead(run, event);
    if (beyond !== undefined) violations.push(beyond);
    if (event.by === 'held') violations.push(...fellBack(held, event));
    if (event.by !== 'answered') continue;
    const place = placeOf(event);
    const answers = answered.get(place) ?? new Answers();
    answered.set(place, answers);
    violations.push(...answers.take(event));
  }
  return [...violations, ...behindAnswers(run, answered)];
}

function placeOf({ conversationId, userId }: { readonly conversationId: number; readonly userId: number }): string {
  return `${conversationId} ${userId}`;
}

function* fellBack(held: Map<string, Cursor>, event: Cursor): Generator<Violation> {
  const place = `${event.device} ${placeOf(event)}`;
  const before = held.get(place);
  held.set(place, event);
  if (before !== undefined && isBehind(event, before))
    yield back([before, event], `went back on device ${event.device}`);
}

/** Answers to one user’s cursor in one conversation, in the order in which they came. */
class Answers {
  private readonly came: Cursor[] = [];
  /** For each answer the furthest up to it: a later one is never behind. */
  get furthest(): Cursor | undefined {
    return this.came.at(-1);
  }

  *take(event: Cursor): Generator<Violation> {
    const before = this.cameBefore(event.invokedAtMs ?? event.atMs);
    if (before !== undefined && isBehind(event, before))
      yield back([before, event], 'was answered further back than before');
    const last = this.furthest;
    this.came.push(last === undefined ? event : { ...event, ...furthestOf(last, event) });
  }

  private cameBefore(atMs: number): Cursor | undefined {
    let [low, high] = [0, this.came.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.came[middle]?.atMs ?? Infinity) < atMs) low = middle + 1;
      else high = middle;
    }
    return this.came[low - 1];
  }
}

function furthestOf(a: Cursor, b: Cursor): Pick<Cursor, 'deliveredSeq' | 'readSeq'> {
  return { deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq), readSeq: Math.max(a.readSeq, b.readSeq) };
}

function isBehind(a: Pick<Cursor, 'deliveredSeq' | 'readSeq'>, b: Pick<Cursor, 'deliveredSeq' | 'readSeq'>): boolean {
  return a.deliveredSeq < b.deliveredSeq || a.readSeq < b.readSeq;
}

/** What a client sent is its own affair; the server takes no more than there is. */
function beyondHead(run: Run, event: Cursor): Violation | undefined {
  const head = run.conversations.get(event.conversationId)?.truth.head;
  if (event.by === 'sent' || head === undefined) return undefined;
  const isWithin =
    event.readSeq >= 0 && event.deliveredSeq >= 0 && event.readSeq <= head.seq && event.deliveredSeq <= head.seq;
  return isWithin ? undefined : back([event], `is outside the conversation, which ends at ${head.seq},`);
}

function* behindAnswers(run: Run, answered: ReadonlyMap<string, Answers>): Generator<Violation> {
  for (const { conversationId, members } of run.truth.conversations)
    for (const member of members) {
      const furthest = answered.get(placeOf({ conversationId, userId: member.userId }))?.furthest;
      if (furthest !== undefined && isBehind(member, furthest))
        yield back([furthest], 'is in the database further back than answered');
    }
}

function back(events: readonly [Cursor, ...Cursor[]], what: string): Violation {
  const { conversationId, userId, device } = events.at(-1) ?? events[0];
  const says = `The cursor of user ${userId} in conversation ${conversationId} ${what}.`;
  return { rule: 'I11', says, events, about: { conversationId, device } };
}
