import { bodyOf } from './body.ts';
import type { HistoryEvent, Shown } from './history-event.ts';
import { attemptsOf, isRefused, keyOf, sightingsOf, type Run } from './run.ts';
import type { Violation } from './violation.ts';

/** I2: nothing turns up that was never written: each body is that of a send, an edit or a recall somebody made. */
export function phantoms(run: Run): Violation[] {
  const written = writtenBodies(run);
  const reported = new Map<string, Violation>();
  const look = (message: Shown, whose: string, event?: HistoryEvent): void => {
    if (!run.conversations.has(message.conversationId) || reported.has(keyOf(message))) return;
    const says = complaint(written, message);
    if (says === undefined) return;
    const { conversationId, seq, clientMsgId } = message;
    const about = { conversationId, seq, clientMsgId };
    reported.set(keyOf(message), {
      rule: 'I2',
      says: `${whose} ${says}`,
      events: event === undefined ? [] : [event],
      about,
    });
  };
  for (const row of run.stored.values()) look(row, 'The database has');
  for (const { message, userId, event } of sightingsOf(run)) look(message, `User ${userId} saw`, event);
  return [...reported.values()];
}

/** D1: what was refused every time is not stored. */
export function storedRefusals(run: Run): Violation[] {
  return [...run.sent.values()]
    .filter(({ key, attempts }) => run.stored.has(key) && attempts.every(isRefused))
    .map(({ conversationId, senderId, clientMsgId, attempts }) => ({
      rule: 'D1',
      says: `Message ${clientMsgId} of user ${senderId} in conversation ${conversationId} was refused and is stored all the same.`,
      events: attempts.flatMap(({ invoked, outcome }) => (outcome === undefined ? [invoked] : [invoked, outcome])),
      about: { conversationId, clientMsgId },
    }));
}

interface Written {
  /** By the message's key, as sent. */
  readonly sends: ReadonlyMap<string, ReadonlySet<string>>;
  /** By conversation and seq, as edited. */
  readonly edits: ReadonlyMap<string, ReadonlySet<string>>;
  /** Conversation, seq and who recalled it. */
  readonly recalls: ReadonlySet<string>;
}

function writtenBodies(run: Run): Written {
  const sends = new Map<string, Set<string>>();
  for (const { key, attempts } of run.sent.values())
    sends.set(key, new Set(attempts.map(({ invoked }) => bodyOf(invoked))));
  const edits = new Map<string, Set<string>>();
  const recalls = new Set<string>();
  for (const { invoked, userId } of attemptsOf(run, 'change')) {
    const place = placeOf(invoked);
    if (invoked.kind === 'recall') recalls.add(`${place} ${userId}`);
    if (invoked.kind === 'edit' && invoked.content !== undefined)
      edits.set(place, (edits.get(place) ?? new Set()).add(bodyOf({ content: invoked.content })));
  }
  return { sends, edits, recalls };
}

function placeOf({ conversationId, seq }: { readonly conversationId: number; readonly seq: number }): string {
  return `${conversationId} ${seq}`;
}

/** What is wrong with a state of a message; undefined: nothing. What the server says of itself is not looked at. */
function complaint(written: Written, message: Shown): string | undefined {
  const { conversationId, seq, senderId, clientMsgId, content } = message;
  const sent = written.sends.get(keyOf(message));
  const what = `message ${seq} of conversation ${conversationId} (${clientMsgId} of user ${senderId})`;
  if (sent === undefined) return content.type === 'system' ? undefined : `${what}, which nobody sent.`;
  if (content.type === 'recalled')
    return written.recalls.has(`${placeOf(message)} ${content.byUserId}`)
      ? undefined
      : `${what} recalled, which nobody did.`;
  if (sent.has(bodyOf(message))) return undefined;
  return written.edits.get(placeOf(message))?.has(bodyOf({ content })) === true
    ? undefined
    : `${what} with a body nobody wrote.`;
}
