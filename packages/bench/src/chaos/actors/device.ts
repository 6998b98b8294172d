import type { DeviceTruth } from '../../checker/truth.ts';
import type { HistoryRecorder } from '../../checker/history.ts';
import type { Deployment, Entrance } from '../deployment/deployment.ts';
import type { Edge } from '../network/edge.ts';
import type { Random } from '../random.ts';
import type { Person, World } from '../world.ts';
import type { Act } from './act.ts';
import type { Bodies } from './bodies.ts';

/** Somebody's client in a run. It comes back by itself after every loss, and whatever it does is in the history. */
export interface Device {
  readonly name: string;
  readonly person: Person;
  /** The way to the server, with its weather. */
  readonly edge: Edge;
  /** Connects; resolves when it is connected for the first time. */
  start(): Promise<void>;
  /** Begins to do it; what comes of it shows in the history. Nothing it may meet in a run is an error. */
  act(act: Act): void;
  /** Resolves when the server answered something asked from now on. */
  served(signal: AbortSignal): Promise<void>;
  /** From now on the server speaks as one of a later version. */
  meetNewerServer?(): NewerServer;
  /** Tries to connect now instead of when it would. */
  hurry(): void;
  /** What of its own still waits to be sent, answered or fetched, as far as it knows; undefined: nothing. */
  unrest(): string | undefined;
  /** Whether it keeps a connection open, by which its user counts as online. */
  readonly holdsSocket: boolean;
  /** What it ended up with; nothing when it keeps nothing. */
  truth(): DeviceTruth | undefined;
  /** Messages it promised to deliver, of which it never said that they failed. */
  promised(): readonly Promised[];
  close(): Promise<void>;
}

/** What a device hears of a server of a later version. */
export interface NewerServer extends Disposable {
  /** Frames so far. */
  frames(): number;
}

/** By its key, or by its text where the client never learns the key. */
export interface Promised {
  readonly conversationId: number;
  readonly clientMsgId?: string;
  readonly text?: string;
}

/** What every device is made of. */
export interface DeviceParts {
  readonly name: string;
  readonly person: Person;
  readonly world: World;
  readonly deployment: Deployment;
  /** Where its edge leads. */
  readonly entrance: Entrance;
  readonly edge: Edge;
  readonly random: Random;
  readonly history: HistoryRecorder;
  readonly bodies: Bodies;
}
