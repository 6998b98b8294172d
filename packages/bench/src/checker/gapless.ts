import type { ConversationTruth } from './truth.ts';
import type { Run } from './run.ts';
import type { RuleId, Violation } from './violation.ts';

/** I4: stored seqs are the oldest kept, and then one more each up to the head; versions are distinct and within the head. D3: `createdAt` does not go back. */
export function gapless(run: Run): Violation[] {
  return run.truth.conversations.flatMap((truth) => [...holes(truth), ...versionTroubles(truth), ...timesBack(truth)]);
}

function* holes(truth: ConversationTruth): Generator<Violation> {
  let expected = truth.minSeq;
  for (const { seq } of truth.stored) {
    if (seq !== expected)
      yield found(truth, 'I4', { seq: expected, text: `seq ${expected} should follow, and ${seq} does` });
    expected = seq + 1;
  }
  const { head } = truth;
  if (head.seq !== expected - 1)
    yield found(truth, 'I4', { text: `the head is ${head.seq}, the last message ${expected - 1}` });
}

function* versionTroubles(truth: ConversationTruth): Generator<Violation> {
  const holders = new Map<number, number>();
  for (const { seq, version } of truth.stored) {
    const other = holders.get(version);
    if (other !== undefined)
      yield found(truth, 'I4', { seq, text: `version ${version} is of messages ${other} and ${seq}` });
    if (version > truth.head.version)
      yield found(truth, 'I4', {
        seq,
        text: `message ${seq} has version ${version}, beyond the head ${truth.head.version}`,
      });
    holders.set(version, seq);
  }
}

function* timesBack(truth: ConversationTruth): Generator<Violation> {
  let latest = 0;
  for (const { seq, createdAt } of truth.stored) {
    if (createdAt < latest)
      yield found(truth, 'D3', { seq, text: `message ${seq} was created before the one it follows` });
    latest = createdAt;
  }
}

interface Trouble {
  readonly seq?: number;
  readonly text: string;
}

function found({ conversationId }: ConversationTruth, rule: RuleId, { seq, text }: Trouble): Violation {
  return { rule, says: `In conversation ${conversationId} ${text}.`, events: [], about: { conversationId, seq } };
}
