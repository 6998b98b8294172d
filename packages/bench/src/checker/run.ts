import type { ErrorCode, Message } from '@parley/protocol';
import type {
  AttemptEvent,
  DeviceEvent,
  EventOf,
  HistoryEvent,
  OutcomeEvent,
  SendEvent,
  Shown,
} from './history-event.ts';
import type { History } from './history.ts';
import type { ConversationTruth, Truth } from './truth.ts';

export type Invoked<Event extends AttemptEvent = AttemptEvent> = Event & { readonly atMs: number };
export type Outcome = EventOf<OutcomeEvent['event']>;

/** One try and how it ended, if it did. */
export interface Attempt<Event extends AttemptEvent = AttemptEvent> {
  readonly invoked: Invoked<Event>;
  readonly userId: number;
  outcome?: Outcome;
}

/** A message by its key, with every try at sending it. */
export interface SentMessage {
  readonly key: string;
  readonly conversationId: number;
  readonly senderId: number;
  readonly clientMsgId: string;
  readonly attempts: Attempt<SendEvent>[];
}

/** A state of a message that somebody got to see, during the run (`event`) or after it. */
export interface Sighting {
  readonly message: Shown;
  readonly userId: number;
  readonly event?: HistoryEvent;
}

/** One of the conversations the run looked at, with its rows at hand. */
export interface Judged {
  readonly truth: ConversationTruth;
  readonly bySeq: ReadonlyMap<number, Message>;
  /** By the version of its last change. */
  readonly byVersion: ReadonlyMap<number, Message>;
}

/** A history and its truth, indexed for the checks. */
export interface Run {
  readonly history: History;
  readonly truth: Truth;
  readonly devices: ReadonlyMap<string, DeviceEvent>;
  readonly attempts: ReadonlyMap<number, Attempt>;
  readonly sent: ReadonlyMap<string, SentMessage>;
  /** Stored messages by their key. */
  readonly stored: ReadonlyMap<string, Message>;
  readonly conversations: ReadonlyMap<number, Judged>;
}

/** These say that nobody knows whether it was done. */
const inDoubt: ReadonlySet<ErrorCode> = new Set(['deadline-exceeded', 'internal']);

export function indexRun(history: History, truth: Truth): Run {
  const devices = new Map<string, DeviceEvent>();
  const attempts = new Map<number, Attempt>();
  for (const event of history.events) {
    if (event.event === 'device') devices.set(event.device, event);
    else if ('device' in event) ownerOf(devices, event.device);
    if (isAttempt(event)) attempts.set(event.attempt, { invoked: event, userId: ownerOf(devices, event.device) });
    else if (isOutcome(event)) conclude(attempts, event);
  }
  const conversations = new Map(truth.conversations.map((one) => [one.conversationId, judged(one)]));
  const rows = truth.conversations.flatMap(({ stored }) => stored);
  const stored = new Map(rows.map((row) => [keyOf(row), row]));
  return { history, truth, devices, attempts, sent: sentOf(attempts), stored, conversations };
}

export function keyOf(message: Pick<Message, 'conversationId' | 'senderId' | 'clientMsgId'>): string {
  return `${message.conversationId} ${message.senderId} ${message.clientMsgId}`;
}

/** A refusal that is one: not stored, and never will be. [D1] */
export function isRefused({ outcome }: Attempt): boolean {
  return outcome?.event === 'refused' && !inDoubt.has(outcome.code);
}

/** The user of a device. @throws RangeError when the history never introduced it */
export function userOf(run: Run, device: string): number {
  return ownerOf(run.devices, device);
}

export function attemptsOf<Kind extends AttemptEvent['event']>(run: Run, kind: Kind): Attempt<EventNamed<Kind>>[] {
  return [...run.attempts.values()].filter((one): one is Attempt<EventNamed<Kind>> => one.invoked.event === kind);
}

type EventNamed<Kind extends AttemptEvent['event']> = Extract<AttemptEvent, { event: Kind }>;

/** Every state anybody saw, in the order of time, those after the run last. */
export function* sightingsOf(run: Run): Generator<Sighting> {
  for (const event of run.history.events)
    for (const message of messagesIn(event)) yield { message, event, userId: userOf(run, deviceIn(event)) };
  for (const { fetched } of run.truth.conversations)
    for (const { userId, items } of fetched) for (const message of items) yield { message, userId };
  for (const { device, views } of run.truth.devices)
    for (const { items } of views) for (const message of items) yield { message, userId: userOf(run, device) };
}

/** Messages that came to a device with this event. */
export function messagesIn(event: HistoryEvent): readonly Shown[] {
  if (event.event === 'page') return event.items;
  if (event.event === 'displayed') return [event.message];
  if (event.event !== 'pushed') return [];
  const { push } = event;
  if (push.push === 'message.changed') return [push.message];
  return push.push === 'conversation.added' && push.conversation.lastMessage !== undefined
    ? [push.conversation.lastMessage]
    : [];
}

function deviceIn(event: HistoryEvent): string {
  return 'device' in event ? event.device : '';
}

function ownerOf(devices: ReadonlyMap<string, DeviceEvent>, device: string): number {
  const known = devices.get(device);
  if (known === undefined) throw new RangeError(`The history speaks of device ${device} and never introduced it.`);
  return known.userId;
}

function isAttempt(event: HistoryEvent): event is Invoked {
  return event.event === 'send' || event.event === 'change' || event.event === 'membership';
}

function isOutcome(event: HistoryEvent): event is Outcome {
  return 'attempt' in event && !isAttempt(event);
}

function conclude(attempts: ReadonlyMap<number, Attempt>, outcome: Outcome): void {
  const attempt = attempts.get(outcome.attempt);
  if (attempt === undefined) throw new RangeError(`The history ends attempt ${outcome.attempt} and never began it.`);
  attempt.outcome ??= outcome;
}

function sentOf(attempts: ReadonlyMap<number, Attempt>): Map<string, SentMessage> {
  const sent = new Map<string, SentMessage>();
  for (const attempt of attempts.values()) {
    if (attempt.invoked.event !== 'send') continue;
    const { conversationId, clientMsgId } = attempt.invoked;
    const parts = { conversationId, clientMsgId, senderId: attempt.userId };
    const key = keyOf(parts);
    const message = sent.get(key) ?? { ...parts, key, attempts: [] };
    message.attempts.push(attempt as Attempt<SendEvent>);
    sent.set(key, message);
  }
  return sent;
}

function judged(truth: ConversationTruth): Judged {
  const { stored } = truth;
  return {
    truth,
    bySeq: new Map(stored.map((row) => [row.seq, row])),
    byVersion: new Map(stored.map((row) => [row.version, row])),
  };
}
