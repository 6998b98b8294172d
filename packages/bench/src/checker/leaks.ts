import { canariesIn, type Canary } from './canary.ts';
import type { EventOf, HistoryEvent, Shown } from './history-event.ts';
import { attemptsOf, keyOf, sightingsOf, userOf, type Attempt, type Judged, type Run } from './run.ts';
import { Stays } from './stays.ts';
import type { Subject, Violation } from './violation.ts';

/**
 * I10: nobody receives a message of a direct conversation or a group from outside their stays in it, and no body that carries
 * the canary of such a conversation. Open rooms and channels hide nothing.
 */
export function leaks(run: Run): Violation[] {
  const stays = new Map([...run.conversations].filter(isClosed).map(([id, judged]) => [id, new Stays(judged.truth)]));
  const violations: Violation[] = [];
  for (const { message, userId, event } of sightingsOf(run)) {
    if (leaksMessage(run, stays, { message, userId })) violations.push(found(message, userId, event));
  }
  return [...violations, ...leakedTexts(run, stays)];
}

/** D8: after a removal was answered, whoever was removed is none of the members, unless somebody brought them back. */
export function standingRemovals(run: Run): Violation[] {
  const comings = attemptsOf(run, 'membership').filter(({ invoked }) => invoked.direction === 'in');
  const lastComing = new Map(comings.map((coming) => [stayKey(coming.invoked), overAtMs(coming)]));
  return attemptsOf(run, 'membership').flatMap(({ invoked, outcome }) => {
    if (invoked.direction === 'in' || outcome?.event !== 'settled') return [];
    const { conversationId, userId, atMs } = invoked;
    const member = run.conversations.get(conversationId)?.truth.members.find((one) => one.userId === userId);
    const isBack = (lastComing.get(stayKey(invoked)) ?? -1) > atMs;
    if (member?.isActive !== true || isBack) return [];
    const says = `User ${userId} was removed from conversation ${conversationId}, and is a member in the end.`;
    return [{ rule: 'D8' as const, says, events: [invoked, outcome], about: { conversationId } }];
  });
}

/** What nobody knows the end of may take effect at any time. */
function overAtMs({ outcome }: Attempt): number {
  return outcome === undefined || outcome.event === 'unknown' ? Infinity : outcome.atMs;
}

function isClosed([, { truth }]: readonly [number, Judged]): boolean {
  return truth.kind === 'direct' || truth.kind === 'group';
}

function stayKey({ conversationId, userId }: { readonly conversationId: number; readonly userId: number }): string {
  return `${conversationId} ${userId}`;
}

interface Seen {
  readonly message: Shown;
  readonly userId: number;
}

/** What the server itself tells of comings and goings is no secret among those it concerns. */
function leaksMessage(run: Run, stays: ReadonlyMap<number, Stays>, { message, userId }: Seen): boolean {
  if (message.content.type === 'system') return false;
  if (stays.get(message.conversationId)?.mayHave(userId, message) === false) return true;
  const text = message.content.type === 'text' ? message.content.text : '';
  return canariesIn(text).some(
    (canary) => canary.conversationId !== message.conversationId && isForeign(run, stays, { canary, userId }),
  );
}

function* leakedTexts(run: Run, stays: ReadonlyMap<number, Stays>): Generator<Violation> {
  const writers = new Map<string, Shown>();
  for (const event of run.history.events) {
    if (event.event === 'send') noteWriter(run, writers, event);
    if (event.event !== 'text') continue;
    const userId = userOf(run, event.device);
    const canary = canariesIn(event.text).find((one) =>
      isForeign(run, stays, { canary: one, userId, message: writers.get(textKey(one)) }),
    );
    if (canary === undefined) continue;
    const { conversationId } = canary;
    const says = `User ${userId} received text of conversation ${conversationId} from outside their stays in it.`;
    yield { rule: 'I10', says, events: [event], about: { conversationId, device: event.device } };
  }
}

interface ForeignCanary {
  readonly canary: Canary;
  readonly userId: number;
  /** The stored message it was written for. */
  readonly message?: Shown | undefined;
}

function isForeign(run: Run, stays: ReadonlyMap<number, Stays>, { canary, userId, message }: ForeignCanary): boolean {
  const own = stays.get(canary.conversationId);
  if (own === undefined || !run.conversations.has(canary.conversationId)) return false;
  return message === undefined ? !own.wasEver(userId) : !own.mayHave(userId, { seq: message.seq });
}

function noteWriter(run: Run, writers: Map<string, Shown>, { device, content, ...sent }: EventOf<'send'>): void {
  if (content.type !== 'text') return;
  const row = run.stored.get(keyOf({ ...sent, senderId: userOf(run, device) }));
  for (const canary of canariesIn(content.text)) if (row !== undefined) writers.set(textKey(canary), row);
}

function textKey({ conversationId, body }: Canary): string {
  return `${conversationId} ${body}`;
}

function found(
  { conversationId, seq, clientMsgId }: Shown,
  userId: number,
  event: HistoryEvent | undefined,
): Violation {
  const about: Subject = { conversationId, seq, clientMsgId };
  const says = `User ${userId} received message ${seq} of conversation ${conversationId} from outside their stays in it.`;
  return { rule: 'I10', says, events: event === undefined ? [] : [event], about };
}
