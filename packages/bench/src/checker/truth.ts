import type { ConversationKind, Message } from '@parley/protocol';
import type { Gauges, Shown } from './history-event.ts';

/**
 * How things stand after the run: all faults ended, all devices back and quiet. `stored` comes straight from the database,
 * `fetched` through the API, and a device's views from the device.
 */
export interface Truth {
  readonly conversations: readonly ConversationTruth[];
  readonly devices: readonly DeviceTruth[];
  readonly presence: readonly PresenceTruth[];
  /** After warming up, and at the end with the same devices connected and nothing to do. */
  readonly gauges?: { readonly baseline: Gauges; readonly final: Gauges };
}

export interface ConversationTruth extends StoredTruth {
  /** What single users get when they read everything from the beginning. */
  readonly fetched: readonly FetchedTruth[];
}

/** What the database holds of a conversation, read past the server. */
export interface StoredTruth {
  readonly conversationId: number;
  readonly kind: ConversationKind;
  readonly head: Head;
  /** The oldest seq that retention left. [D13] */
  readonly minSeq: number;
  /** Every row of the message table, by seq. */
  readonly stored: readonly Message[];
  readonly members: readonly MemberTruth[];
}

export interface Head {
  readonly seq: number;
  readonly version: number;
}

export interface MemberTruth {
  readonly userId: number;
  readonly isActive: boolean;
  readonly joinSeq: number;
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

export interface FetchedTruth {
  readonly userId: number;
  readonly items: readonly Message[];
  readonly head: Head;
}

/** A device that is back and shows something. */
export interface DeviceTruth {
  readonly device: string;
  readonly views: readonly ViewTruth[];
}

/** What a device ended up with of one conversation, made of the events that reached it. */
export interface ViewTruth {
  readonly conversationId: number;
  /** Up to where every change is in, if the device tells. */
  readonly version?: number;
  /** As shown, from the oldest to the newest there is; with nothing hidden for oneself. */
  readonly items: readonly Shown[];
  /** There is more before the first one, which the device did not load. */
  readonly hasOlder: boolean;
  /** Its own user's, as the device holds it. */
  readonly readSeq?: number;
}

export interface PresenceTruth {
  readonly userId: number;
  /** Whether a device of theirs is connected, as the harness knows. */
  readonly isConnected: boolean;
  /** What `presence.get` answers, to somebody who may see it. */
  readonly isOnline: boolean;
}
