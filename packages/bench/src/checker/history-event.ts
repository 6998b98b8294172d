import type {
  Ack,
  Content,
  ConversationKind,
  ErrorCode,
  Message,
  PresenceState,
  Push,
  Reaction,
} from '@parley/protocol';

/** What a device talks through; only what holds one connection at a time promises an order of its sends. [D3] */
export type Transport = 'sdk' | 'websocket' | 'tcp' | 'http' | 'seed';
export type FaultClass = `F${number}`;

/** Somebody's client, named by the harness, the same over all its connections. Comes before everything it does. */
export interface DeviceEvent {
  readonly event: 'device';
  readonly device: string;
  readonly userId: number;
  readonly transport: Transport;
}

/** A conversation the run looks at. What happens in others is not judged. */
export interface ConversationEvent {
  readonly event: 'conversation';
  readonly conversationId: number;
  readonly kind: ConversationKind;
}

/** One try at sending; a retry is another attempt with the same `clientMsgId`. Ends with `acked`, `refused` or `unknown`. */
export interface SendEvent {
  readonly event: 'send';
  /** Unique among all attempts of the run, of whatever kind. */
  readonly attempt: number;
  readonly device: string;
  readonly conversationId: number;
  readonly clientMsgId: string;
  readonly content: Content;
  readonly replyTo?: number;
}

/** One try at changing a message. Ends with `changed`, `refused` or `unknown`. */
export interface ChangeEvent {
  readonly event: 'change';
  readonly attempt: number;
  readonly device: string;
  readonly conversationId: number;
  readonly seq: number;
  readonly kind: 'edit' | 'recall' | 'react' | 'unreact';
  /** Of an edit. */
  readonly content?: Content;
  /** Of a reaction. */
  readonly emoji?: string;
}

/** One try at bringing somebody in or out, oneself or another. Ends with `settled`, `refused` or `unknown`. */
export interface MembershipEvent {
  readonly event: 'membership';
  readonly attempt: number;
  readonly device: string;
  readonly conversationId: number;
  /** Who comes or goes. */
  readonly userId: number;
  readonly direction: 'in' | 'out';
}

export type AttemptEvent = SendEvent | ChangeEvent | MembershipEvent;

export type OutcomeEvent =
  | { readonly event: 'acked'; readonly attempt: number; readonly ack: Ack }
  | { readonly event: 'changed'; readonly attempt: number; readonly version: number }
  /** Groups: `seq` of the system message that is the fence, where the client learnt it. */
  | { readonly event: 'settled'; readonly attempt: number; readonly seq?: number }
  | { readonly event: 'refused'; readonly attempt: number; readonly code: ErrorCode; readonly retryable: boolean }
  /** The connection went away or the time was up: done or not, the client cannot tell. [D1] */
  | { readonly event: 'unknown'; readonly attempt: number };

/** A push as it came over the wire, before anything looked at its version. */
export interface PushedEvent {
  readonly event: 'pushed';
  readonly device: string;
  readonly push: Push;
}

/** Text that came over a wire which has no versions, such as the seed's: looked through for canaries only. [I10] */
export interface TextEvent {
  readonly event: 'text';
  readonly device: string;
  readonly text: string;
}

/** An answered read of messages; recorded when the answer came. */
export interface PageEvent {
  readonly event: 'page';
  readonly device: string;
  readonly conversationId: number;
  readonly via: 'history' | 'sync' | 'get' | 'search';
  /** When it was asked for: what was acked before has to be in it. [I8] */
  readonly invokedAtMs: number;
  readonly items: readonly Message[];
  /** The head the answer claims; absent where the answer has none. */
  readonly head?: { readonly seq: number; readonly version: number };
  readonly minSeq?: number;
  /** History: whether the newest page was asked for, without before, after or around. */
  readonly isNewest?: boolean;
  /** Sync: the version asked from, and the one up to which everything is in. */
  readonly after?: number;
  readonly nextAfter?: number;
}

/** An answered `session.hello` or `session.changes`. */
export interface ResumedEvent {
  readonly event: 'resumed';
  readonly device: string;
  readonly invokedAtMs: number;
  readonly since?: number;
  readonly isReset: boolean;
  readonly heads: readonly { readonly conversationId: number; readonly seq: number; readonly version: number }[];
  readonly removedIds: readonly number[];
}

/**
 * The device now holds every change after `from` up to `to`: by a push, exactly the next one; by sync, a page; `load` and
 * `reset` put a new state in the place of the old one. Changes of what is not loaded are not recorded. [D4]
 */
export interface AppliedEvent {
  readonly event: 'applied';
  readonly device: string;
  readonly conversationId: number;
  readonly by: 'push' | 'sync' | 'load' | 'reset';
  readonly from: number;
  readonly to: number;
}

/**
 * A message was put at the newest end of what a device shows. `view` is raised when the view begins anew, such as after a
 * reload; older pages put before the oldest are not recorded. [D5]
 */
export interface DisplayedEvent {
  readonly event: 'displayed';
  readonly device: string;
  readonly view: number;
  readonly message: Shown;
}

/** A stored message as people see it: a `Message`, or what the SDK's `MessageItem` has of it. */
export interface Shown {
  readonly conversationId: number;
  readonly seq: number;
  readonly id: string;
  readonly senderId: number;
  readonly clientMsgId: string;
  readonly content: Content;
  readonly version?: number;
  readonly replyTo?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly reactions?: readonly Reaction[] | undefined;
}

/**
 * Where somebody stands, as a device sees it: `sent` by it, `answered` by the server (to what was asked at `invokedAtMs`),
 * `pushed`, or `held` in its state.
 */
export interface CursorEvent {
  readonly event: 'cursor';
  readonly device: string;
  readonly conversationId: number;
  /** Whose. */
  readonly userId: number;
  readonly by: 'sent' | 'answered' | 'pushed' | 'held';
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly invokedAtMs?: number;
}

export interface ConnectionEvent {
  readonly event: 'lost' | 'regained';
  readonly device: string;
  /** Of `lost`: the close code or the client's own word for it. */
  readonly reason?: string;
}

/** The server answered that this device's session is over; its sockets have to close. [D16] */
export interface SessionEndedEvent {
  readonly event: 'session-ended';
  readonly device: string;
}

/** A watcher heard or was answered whether somebody is online. */
export interface PresenceEvent {
  readonly event: 'presence';
  readonly device: string;
  readonly presence: PresenceState;
}

/** `begin` and `end` bracket what the harness does to the system; `healed`: everybody is served again after it. */
export interface FaultEvent {
  readonly event: 'fault';
  /** Unique in the run. */
  readonly fault: number;
  readonly phase: 'begin' | 'end' | 'healed';
  readonly class: FaultClass;
  readonly name: string;
}

/** What the server's process holds, by name. */
export interface Gauges {
  readonly descriptors: number;
  readonly memoryBytes: number;
  /** Deliveries and commands not done: in queues, on their way to nodes, not answered. */
  readonly queueDepth: number;
  readonly sockets: number;
  readonly topics: number;
}

export interface GaugesEvent {
  readonly event: 'gauges';
  readonly gauges: Gauges;
}

export type Happening =
  | DeviceEvent
  | ConversationEvent
  | AttemptEvent
  | OutcomeEvent
  | PushedEvent
  | TextEvent
  | PageEvent
  | ResumedEvent
  | AppliedEvent
  | DisplayedEvent
  | CursorEvent
  | ConnectionEvent
  | SessionEndedEvent
  | PresenceEvent
  | FaultEvent
  | GaugesEvent;

/** `atMs`: since the run began, by a clock that never goes back; events are in the order of it. */
export type HistoryEvent = Happening & { readonly atMs: number };
export type EventOf<Name extends HistoryEvent['event']> = Extract<HistoryEvent, { event: Name }>;
