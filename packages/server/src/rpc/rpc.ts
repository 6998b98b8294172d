import type { CloseReason, WireError } from '@parley/protocol';
import type { Delivery, Topic } from '../delivery.ts';
import type { Session } from '../session.ts';

/**
 * Typed calls between roles. Each call carries everything that gathered while the last one was out.
 *
 * Rules every adapter passes (`rpc.conformance.ts`):
 * - C1 A call to a served role answers what the service answered; an error keeps its code, message, fields and retry delay.
 * - C2 A call ends at the latest after `deadlineMs` with `deadline-exceeded`, also when the other side hangs.
 * - C3 No node of the role, or the named node gone: `unavailable`, at once.
 * - C4 Calls made one after the other to one node arrive in that order.
 * - C5 After `close` calls reject with `unavailable`; what runs may finish first.
 * - C6 A service that throws a defect answers `internal`, without its details.
 * - C7 What the contract's types hold arrives as it was sent, in both directions.
 *
 * Rules every adapter between processes passes besides (`network.conformance.ts`):
 * - C8 `unavailable` means that the call did not begin. One that may have begun on a node that was lost ends with `deadline-exceeded`;
 *   only what reads, or leaves things as the first time did, is made again on another node.
 * - C9 A call to any node goes to one that works: one that cannot be reached costs nothing, one that hangs only what it has already.
 * - C10 What was given up never takes effect after what came later from the same caller.
 * - C11 A call meant for one start of a node is never taken by the next one.
 * - C12 A caller without the service secret is refused.
 * - C13 What its caller has given up does not begin, however long it lay at a node that was paused, and whatever the clocks of the
 *   machines say: it ends as if it had never been made.
 */
export interface Rpc extends AsyncDisposable {
  /** Answers calls to a role on this node. Returns the function that stops it. */
  serve<R extends ServiceName>(role: R, service: Services[R]): () => void;
  /** The service of a role: on `nodeId`, or on any node of it. */
  call<R extends ServiceName>(role: R, nodeId?: string): Services[R];
  close(): Promise<void>;
}

export interface Services {
  readonly logic: LogicService;
  readonly connect: ConnectService;
  readonly seed: SeedService;
}
export type ServiceName = keyof Services;

/** What `connect` and `api` ask of `logic`. */
export interface LogicService {
  /** Handles what gathered in one tick. One outcome per call, in order; calls of one connection take effect in order. */
  handle(calls: readonly CommandCall[]): Promise<readonly CommandOutcome[]>;
  /** These signed-in connections are gone. */
  closed(connections: readonly ClosedConnection[]): Promise<void>;
  /** Where conversations stand, for the heads of rule D7. Unknown ids are left out. */
  heads(conversationIds: readonly number[]): Promise<readonly Head[]>;
  /**
   * Who of these listeners is a member of their conversation, at its head or after it: one answer for each, in order. An unknown
   * conversation has no members, and stands at 0. [D8]
   */
  membersAmong(listeners: readonly Listeners[]): Promise<readonly Membership[]>;
}

/** What `task`, `logic` and other connect nodes ask of a connect node. */
export interface ConnectService {
  /** Publishes a batch in order. Resolves when the node has taken all of it. */
  deliver(batch: readonly Delivery[]): Promise<void>;
  /** The distinct users that listen to a topic on this node, at most `limit` of them, and how many there are. */
  listeners(topic: Topic, limit: number): Promise<{ readonly userIds: readonly number[]; readonly count: number }>;
  /**
   * Makes one connection listen to these topics; what it listens to already stays. Resolves when every later push of them
   * reaches it, so that what is read after this call and what is pushed leave no gap. [D6] A connection that is gone is ignored.
   * Of groups `floors` say from where on: what is still on its way from before somebody joined is not for them. [D8]
   */
  subscribe(connectionId: string, topics: readonly Topic[], floors: readonly Floor[]): Promise<void>;
  /** Closes the sockets of these devices. Resolves when they are closed. */
  end(deviceIds: readonly number[], reason: CloseReason): Promise<void>;
  /** Takes frames for an event stream of this node that were posted to another one. @throws ParleyError what the POST is refused with */
  post(posted: PostedFrames): Promise<void>;
}

/** A POST of frames as it was read. */
export interface PostedFrames {
  /** With its secret: whoever knows it may post. */
  readonly streamId: string;
  /** Among those of the stream. */
  readonly number: number;
  readonly frames: readonly string[];
  /** Its body was no frames. */
  readonly unreadable?: Pick<WireError, 'code' | 'message'>;
}

/** What the seed's routes and sockets ask beyond commands. Served beside `logic`. */
export interface SeedService {
  /** The caller becomes a member of the room, which is made on first use. @throws ParleyError */
  enterRoom(caller: Caller, roomId: number): Promise<void>;
  /** Pushes how many users listen to the room, to its seed listeners. */
  announceCount(roomId: number): Promise<void>;
  /** Pushes who listens to the room, to its seed listeners. */
  announceInfo(roomId: number): Promise<void>;
  /** Somebody came or went: the info is pushed soon, once for all that happens meanwhile. */
  audienceChanged(roomId: number): Promise<void>;
}

export interface CommandCall {
  readonly command: string;
  /** Unchecked; `logic` parses it with the command's schema. */
  readonly params: unknown;
  readonly caller: Caller;
}

export interface Caller {
  /** Sockets: the session that `session.hello` gave this connection. */
  readonly session?: Session;
  /** HTTP: the bearer token. */
  readonly token?: string;
  /** Whose call it is, for limits. */
  readonly address: string;
  /** Sockets: which one. */
  readonly connection?: { readonly nodeId: string; readonly bootId: string; readonly connectionId: string };
  readonly requestId: string;
  /** Where commands are followed: W3C trace context. */
  readonly trace?: string;
  /** HTTP: the Idempotency-Key header. */
  readonly idempotencyKey?: string;
}

export interface CommandOutcome {
  readonly result?: unknown;
  readonly error?: WireError;
  /** What the connection has to do, before it writes the reply. */
  readonly effects?: ConnectionEffects;
  /** For the RateLimit headers. */
  readonly rate?: { readonly limit: number; readonly remaining: number; readonly resetMs: number };
}

/** Where a group stood when a member of it was read, and the last seq from before they joined. */
export interface Floor {
  readonly topic: Topic;
  readonly joinSeq: number;
  readonly seq: number;
  readonly version: number;
}

export interface ConnectionEffects {
  /** The connection is signed in now. */
  readonly session?: Session;
  readonly subscribe?: readonly Topic[];
  /** Of the groups among `subscribe`; see `ConnectService.subscribe`. */
  readonly floors?: readonly Floor[];
  readonly unsubscribe?: readonly Topic[];
  /** Replaces all presence topics of the connection. */
  readonly presence?: readonly Topic[];
  /** Close after the reply was written. */
  readonly close?: CloseReason;
}

export interface ClosedConnection {
  readonly session: Pick<Session, 'userId' | 'deviceId'>;
  readonly nodeId: string;
  readonly bootId: string;
  readonly connectionId: string;
}

export interface Head {
  readonly conversationId: number;
  readonly version: number;
  readonly seq: number;
}

/** Users that listen to a conversation. */
export interface Listeners {
  readonly conversationId: number;
  readonly userIds: readonly number[];
}

/** Who was a member when the conversation stood there, or soon after. */
export interface Membership extends Head {
  readonly userIds: readonly number[];
}

/** The methods of each service, for adapters that have to name them. */
export const serviceMethods = {
  logic: ['handle', 'closed', 'heads', 'membersAmong'],
  connect: ['deliver', 'listeners', 'subscribe', 'end', 'post'],
  seed: ['enterRoom', 'announceCount', 'announceInfo', 'audienceChanged'],
} as const satisfies { readonly [R in ServiceName]: readonly (keyof Services[R])[] };

export const rpcLimits = { deadlineMs: 8_000 } as const;
