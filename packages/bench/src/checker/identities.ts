import type { HistoryEvent } from './history-event.ts';
import { keyOf, sightingsOf, type Run } from './run.ts';
import type { Violation } from './violation.ts';

interface Named {
  readonly conversationId: number;
  readonly seq: number;
  readonly id: string;
  readonly senderId: number;
  readonly clientMsgId: string;
}

/** I3: a key has one seq, a seq one key, and an id one message of all; in the database, in acks and in all that is seen. */
export function identities(run: Run): Violation[] {
  const names = new Names();
  for (const { stored } of run.truth.conversations) for (const row of stored) names.take(row, undefined);
  for (const { attempts, ...message } of run.sent.values())
    for (const { outcome } of attempts)
      if (outcome?.event === 'acked') names.take({ ...message, ...outcome.ack }, outcome);
  for (const { message, event } of sightingsOf(run)) names.take(message, event);
  return names.violations;
}

/** Remembers under which names each message came first. A seq is complained of once. */
class Names {
  readonly violations: Violation[] = [];
  private readonly seqs = new Map<string, number>();
  private readonly keys = new Map<string, string>();
  private readonly places = new Map<string, string>();
  private readonly reported = new Set<string>();

  take(message: Named, event: HistoryEvent | undefined): void {
    const { conversationId, seq, id, clientMsgId } = message;
    const key = keyOf(message);
    const place = `${conversationId} ${seq}`;
    const others = [
      differs(this.seqs, key, seq) && `${clientMsgId} of user ${message.senderId} has more than one seq`,
      differs(this.keys, place, key) && `seq ${seq} belongs to more than one message`,
      differs(this.places, id, place) && `id ${id} belongs to more than one message`,
    ].filter((text) => text !== false);
    if (others.length === 0 || this.reported.has(place)) return;
    this.reported.add(place);
    const says = `In conversation ${conversationId} ${others.join(', ')}.`;
    const events = event === undefined ? [] : [event];
    this.violations.push({ rule: 'I3', says, events, about: { conversationId, seq, clientMsgId } });
  }
}

/** Whether something else was there before. */
function differs<Value>(known: Map<string, Value>, key: string, value: Value): boolean {
  const before = known.get(key);
  if (before === undefined) known.set(key, value);
  return before !== undefined && before !== value;
}
