import { bodyOf } from './body.ts';
import type { SendEvent } from './history-event.ts';
import type { Attempt, Run, SentMessage } from './run.ts';
import type { Violation } from './violation.ts';

/** D2: all tries with one key and one body get the same ack; another body under a stored key is refused, and never acked. */
export function idempotence(run: Run): Violation[] {
  return [...run.sent.values()].flatMap((message) => {
    if (message.attempts.length === 1) return loneConflict(message);
    return [...differentAcks(message), ...twoBodiesAcked(message)];
  });
}

function loneConflict(message: SentMessage): Violation[] {
  return message.attempts
    .filter(isConflict)
    .map((attempt) => found(message, [attempt], 'was refused as a conflict with another body, and there is none'));
}

function* differentAcks(message: SentMessage): Generator<Violation> {
  const [first, ...others] = ackedOf(message);
  for (const other of others)
    if (first !== undefined && ackText(first) !== ackText(other))
      yield found(message, [first, other], 'got two different acks');
}

function* twoBodiesAcked(message: SentMessage): Generator<Violation> {
  const [first, ...others] = ackedOf(message);
  const conflicting = others.find((other) => first !== undefined && bodyOf(first.invoked) !== bodyOf(other.invoked));
  if (first !== undefined && conflicting !== undefined)
    yield found(message, [first, conflicting], 'was acked with two different bodies');
}

function ackedOf({ attempts }: SentMessage): Attempt<SendEvent>[] {
  return attempts.filter(({ outcome }) => outcome?.event === 'acked');
}

function ackText({ outcome }: Attempt): string {
  if (outcome?.event !== 'acked') return '';
  const { id, seq, version, createdAt } = outcome.ack;
  return `${id} ${seq} ${version} ${createdAt}`;
}

function isConflict({ outcome }: Attempt): boolean {
  return outcome?.event === 'refused' && outcome.code === 'client-msg-id-conflict';
}

function found(message: SentMessage, attempts: readonly Attempt[], what: string): Violation {
  const { conversationId, clientMsgId, senderId } = message;
  return {
    rule: 'D2',
    says: `Message ${clientMsgId} of user ${senderId} in conversation ${conversationId} ${what}.`,
    events: attempts.flatMap(({ invoked, outcome }) => (outcome === undefined ? [invoked] : [invoked, outcome])),
    about: { conversationId, clientMsgId },
  };
}
