import type { EventOf, SendEvent } from './history-event.ts';
import { isRefused, type Invoked, type Run, type SentMessage } from './run.ts';
import type { Violation } from './violation.ts';

/** A message that is in the log: where, and since when somebody tried to bring it there. */
interface Logged {
  readonly message: SentMessage;
  readonly seq: number;
  readonly invoked: Invoked<SendEvent>;
  readonly acked: EventOf<'acked'> | undefined;
}

/**
 * I6: a device's messages stand in a conversation in the order in which it sent them. HTTP promises none: its requests overtake each
 * other. Nor does anything for a message whose answer was lost and which its device never sent again, as it should have before
 * anything new [D3]: what was sent afterwards may stand before it.
 */
export function deviceOrder(run: Run): Violation[] {
  const inOrder = logged(run).filter(({ invoked }) => run.devices.get(invoked.device)?.transport !== 'http');
  const byDevice = Map.groupBy(inOrder, ({ invoked }) => `${invoked.conversationId} ${invoked.device}`);
  return [...byDevice.values()].flatMap((messages) => [...swapped(messages)]);
}

function* swapped(messages: readonly Logged[]): Generator<Violation> {
  let last: Logged | undefined;
  let left: readonly Logged[] = [];
  for (const one of messages) {
    left = left.filter((each) => leftAtMs(each) > one.invoked.atMs);
    const before = [...(last === undefined ? [] : [last]), ...left].find(({ seq }) => seq > one.seq);
    if (before !== undefined) yield swap(before, one);
    else if (leftAtMs(one) < Infinity) left = [...left, one];
    else last = one;
  }
}

/** When the device was told for the last time that nobody knows, and let it be. */
function leftAtMs({ acked, message }: Logged): number {
  return acked === undefined ? (message.attempts.at(-1)?.outcome?.atMs ?? Infinity) : Infinity;
}

function swap(before: Logged, one: Logged): Violation {
  const { conversationId, device } = one.invoked;
  return {
    rule: 'I6',
    says: `Device ${device} sent ${one.message.clientMsgId} after ${before.message.clientMsgId}; in conversation ${conversationId} they are ${one.seq} and ${before.seq}.`,
    events: [before.invoked, one.invoked],
    about: { conversationId, device, seq: one.seq },
  };
}

/** I7: who sends after somebody’s ack comes after that message. */
export function ackOrder(run: Run): Violation[] {
  const byConversation = Map.groupBy(logged(run), ({ invoked }) => invoked.conversationId);
  return [...byConversation.values()].flatMap((messages) => [...beforeAcked(messages)]);
}

function* beforeAcked(messages: readonly Logged[]): Generator<Violation> {
  const acks = messages
    .flatMap((one) => (one.acked === undefined ? [] : [{ ...one, acked: one.acked }]))
    .toSorted((a, b) => a.acked.atMs - b.acked.atMs);
  let next = 0;
  let highest: (Logged & { readonly acked: EventOf<'acked'> }) | undefined;
  for (const one of messages) {
    for (let ack = acks[next]; ack !== undefined && ack.acked.atMs < one.invoked.atMs; ack = acks[++next])
      if (highest === undefined || ack.seq > highest.seq) highest = ack;
    if (highest === undefined || highest.seq < one.seq) continue;
    const { conversationId } = one.invoked;
    yield {
      rule: 'I7',
      says: `In conversation ${conversationId} message ${highest.seq} was acked before message ${one.seq} was sent.`,
      events: [highest.invoked, highest.acked, one.invoked],
      about: { conversationId, seq: one.seq },
    };
  }
}

/** By the time of sending, which is that of the first try nobody refused. */
function logged(run: Run): Logged[] {
  return [...run.sent.values()]
    .flatMap((message) => {
      const row = run.stored.get(message.key);
      const first = message.attempts.find((attempt) => !isRefused(attempt))?.invoked;
      return row === undefined || first === undefined
        ? []
        : [{ message, seq: row.seq, invoked: first, acked: ackOf(message) }];
    })
    .toSorted((a, b) => a.invoked.atMs - b.invoked.atMs || a.invoked.attempt - b.invoked.attempt);
}

function ackOf({ attempts }: SentMessage): EventOf<'acked'> | undefined {
  for (const { outcome } of attempts) if (outcome?.event === 'acked') return outcome;
  return undefined;
}
