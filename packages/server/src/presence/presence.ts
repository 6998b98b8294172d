import type { Session } from '../session.ts';
import type { Topic } from '../delivery.ts';

/**
 * Who is where, right now. Not the truth of anything durable: emptied at any moment it heals itself from the live nodes. [D15]
 *
 * Rules every adapter passes (`presence.conformance.ts`):
 * - P1 A user is online while at least one route of theirs lives; `lastSeenAt` is the end of the last one.
 * - P2 A route is removed only by the connection that made it: an old socket's end never removes a newer one. [D12]
 * - P3 All that a node said is gone at the latest `nodeTtlMs` after its last `beat`, or at once when the same node comes with a new boot id.
 * - P4 `nodesOf` names every node that said it listens, and none that said it stopped.
 * - P5 A cached session is gone the moment `forgetSessions` resolves; nothing is cached longer than `sessionTtlMs`.
 * - P6 `hit` counts exactly, for everyone, within its window; old windows cost nothing.
 * - P7 Of the nodes `nodesOf` is told of, those that were forgotten count as listeners of everything until they have said all again. [D15]
 * - P8 Followed to its end, `routesAt` names every route of that start of the node that was there all the while, and none that was not there.
 */
export interface Presence extends AsyncDisposable {
  /** A signed-in connection is there. Resolves with whether the user was offline before. */
  addRoute(route: Route): Promise<{ readonly isFirst: boolean }>;
  /** It is gone. Resolves with whether no route of the user is left. Unknown routes are ignored. */
  removeRoute(route: Route): Promise<{ readonly isLast: boolean }>;
  /** The live routes of these users. */
  routesOf(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly Route[]>>;
  /** The routes of one start of a node, some at a time: those that follow are `from` the answered `next`, until there is none. */
  routesAt(
    node: NodeRef,
    from?: string,
  ): Promise<{ readonly routes: readonly Route[]; readonly next?: string | undefined }>;
  /** The node has its first, or lost its last, listener of these topics. */
  setInterest(
    node: NodeRef,
    changes: readonly { readonly topic: Topic; readonly isListening: boolean }[],
  ): Promise<void>;
  /** The nodes that listen to each topic; of `among`, which are there for sure, also those of which that is not known. */
  nodesOf(topics: readonly Topic[], among?: readonly string[]): Promise<ReadonlyMap<Topic, readonly string[]>>;
  /**
   * The node lives. `isKnown` is false when something of what it said before may not be held (any more), because this is its first beat
   * since it was forgotten or started: then it says all of it again, and beats when it has. [D15]
   */
  beat(node: NodeRef): Promise<{ readonly isKnown: boolean }>;
  /** A session by the hash of its token, or undefined when it is not cached. */
  findSession(tokenHash: string): Promise<Session | undefined>;
  keepSession(tokenHash: string, session: Session): Promise<void>;
  /** Forgets the cached sessions of these devices. */
  forgetSessions(deviceIds: readonly number[]): Promise<void>;
  /** Counts one hit in a sliding window. `retryAfterMs` is 0 when it is within the limit. */
  hit(
    key: string,
    limit: number,
    windowMs: number,
  ): Promise<{ readonly retryAfterMs: number; readonly remaining: number }>;
  close(): Promise<void>;
}

/** One process, one start of it. */
export interface NodeRef {
  readonly nodeId: string;
  readonly bootId: string;
}

export interface Route extends NodeRef {
  readonly userId: number;
  readonly deviceId: number;
  readonly connectionId: string;
}

export const presenceLimits = { nodeTtlMs: 15_000, sessionTtlMs: 60_000 } as const;
