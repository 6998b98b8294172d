import type { EventOf } from './history-event.ts';
import { attemptsOf, keyOf, sightingsOf, type Run } from './run.ts';
import type { Violation } from './violation.ts';

/**
 * I1: what was acked is stored and read by everyone who may; so is what anybody saw. An acked change is in the row's version.
 * A message is reported once.
 */
export function lostMessages(run: Run): Violation[] {
  const lost = new Map<string, Violation>();
  const report = (key: string, violation: Violation): void => {
    if (!lost.has(key)) lost.set(key, violation);
  };
  for (const [key, violation] of [...ackedButGone(run), ...unread(run), ...seenButGone(run)]) report(key, violation);
  return [...lost.values(), ...lostChanges(run)];
}

type Found = Generator<readonly [key: string, violation: Violation]>;

function* ackedButGone(run: Run): Found {
  for (const { key, attempts, conversationId, clientMsgId, senderId } of run.sent.values()) {
    const acked = attempts.find(({ outcome }) => outcome?.event === 'acked');
    if (acked?.outcome?.event !== 'acked' || run.stored.has(key) || !run.conversations.has(conversationId)) continue;
    const { seq } = acked.outcome.ack;
    const says = `Message ${seq} of conversation ${conversationId} (${clientMsgId} of user ${senderId}) was acked and is not in the database.`;
    yield [
      key,
      { rule: 'I1', says, events: [acked.invoked, acked.outcome], about: { conversationId, seq, clientMsgId } },
    ];
  }
}

/** A read of everything leaves none out that its reader may see. */
function* unread(run: Run): Found {
  for (const { truth } of run.conversations.values()) {
    const { conversationId, stored, fetched, members, kind } = truth;
    for (const { userId, items } of fetched) {
      const got = new Set(items.map((item) => item.seq));
      const joinSeq = kind === 'group' ? (members.find((member) => member.userId === userId)?.joinSeq ?? 0) : 0;
      for (const row of stored) {
        if (row.seq <= joinSeq || got.has(row.seq)) continue;
        const says = `Message ${row.seq} of conversation ${conversationId} is stored, but user ${userId} does not get it when reading everything.`;
        yield [
          keyOf(row),
          { rule: 'I1', says, events: [], about: { conversationId, seq: row.seq, clientMsgId: row.clientMsgId } },
        ];
      }
    }
  }
}

/** What nobody ever sent is no loss, but a phantom. [I2] */
function* seenButGone(run: Run): Found {
  for (const { message, userId, event } of sightingsOf(run)) {
    const { conversationId, seq, clientMsgId } = message;
    const key = keyOf(message);
    if (run.stored.has(key) || !run.conversations.has(conversationId)) continue;
    if (!run.sent.has(key) && message.content.type !== 'system') continue;
    const says = `User ${userId} saw message ${seq} of conversation ${conversationId} (${clientMsgId}), which is not in the database.`;
    yield [
      key,
      { rule: 'I1', says, events: event === undefined ? [] : [event], about: { conversationId, seq, clientMsgId } },
    ];
  }
}

function* lostChanges(run: Run): Generator<Violation> {
  for (const { invoked, outcome } of attemptsOf(run, 'change')) {
    if (outcome?.event !== 'changed') continue;
    const { conversationId, seq } = invoked;
    const row = run.conversations.get(conversationId)?.bySeq.get(seq);
    if (row === undefined || row.version >= outcome.version) continue;
    yield changeLost(invoked, outcome, row.version);
  }
}

function changeLost(invoked: EventOf<'change'>, outcome: EventOf<'changed'>, version: number): Violation {
  const { conversationId, seq, kind } = invoked;
  const says = `The ${kind} of message ${seq} in conversation ${conversationId} was acked with version ${outcome.version}; the database has version ${version}.`;
  return { rule: 'I1', says, events: [invoked, outcome], about: { conversationId, seq } };
}
