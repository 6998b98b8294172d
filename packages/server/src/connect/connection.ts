import type { CloseReason } from '@parley/protocol';
import type { Topic } from '../delivery.ts';
import type { Session } from '../session.ts';
import type { Frame } from './frame.ts';
import type { Lane } from './lane.ts';
import type { Outbox } from './outbox.ts';
import type { Peer, Protocol, Submission } from './protocol.ts';
import { Timed } from './timer-wheel.ts';
import type { Listener, TopicListeners } from './topic-listeners.ts';

/** What all connections of a node share. */
export interface ConnectionPorts {
  readonly outbox: Outbox;
  /** It was asked to close and may take a moment to read the rest. */
  closing(connection: Connection): void;
  /** Its deadline has come. */
  expired(connection: Connection, nowMs: number): void;
  /** More than half of its buffer waits for it. [D10] */
  fellBehind(connection: Connection): void;
  /** It took all that waited for it. */
  drained(connection: Connection): void;
}

const nothing: Frame[] = [];

/**
 * One socket. What is sent gathers here and leaves in one write at the end of the tick. It is its own entry in the timer
 * wheel, and the socket's own `data`, so that it costs neither a timer nor a closure.
 */
export abstract class Connection extends Timed implements Peer, Listener {
  readonly id: string;
  readonly address: string;
  protocol: Protocol;
  lane: Lane;
  session: Session | undefined;
  /** 0 until it listens to its user's topic or has a session. */
  userId = 0;
  /** Of the clock's monotonic time. */
  heardAtMs: number;
  badFrames = 0;
  /** It has more than half of its buffer waiting: it gets no ephemeral pushes until it is drained. [D10] */
  isSlow = false;
  /** No more frames in either direction. */
  isClosing = false;
  /** The socket is gone. */
  isClosed = false;
  /** Commands submitted and not answered. */
  inFlight = 0;
  /** Commands with `logic`; the next ones wait, so that one device's commands are taken in order. [D3] */
  atLogic = 0;
  waiting: Submission[] | undefined;
  /** Whatever the protocol keeps for this connection. */
  state: unknown;
  readonly topics = new Set<TopicListeners>();
  /** Of its topics those it asked for once it was signed in. */
  watched: ReadonlySet<Topic> | undefined;
  protected readonly ports: ConnectionPorts;
  protected frames = nothing;
  protected framesBytes = 0;
  protected closeReason: CloseReason | undefined;
  protected closeText = '';

  constructor(
    ports: ConnectionPorts,
    birth: { id: string; address: string; protocol: Protocol; lane: Lane; nowMs: number },
  ) {
    super();
    this.ports = ports;
    this.id = birth.id;
    this.address = birth.address;
    this.protocol = birth.protocol;
    this.lane = birth.lane;
    this.heardAtMs = birth.nowMs;
  }

  /** Whether the runtime publishes to it by topic; otherwise the hub sends it each push. */
  abstract get isNative(): boolean;
  /** Bytes the socket has not taken yet. */
  abstract get bufferedBytes(): number;

  /** Sends a text of the protocol. */
  send(text: string): boolean {
    const frame = this.lane.frame(text);
    if (frame !== undefined) this.sendFrame(frame, false);
    return frame !== undefined;
  }

  /** Sends what the lane made of a text. An ephemeral frame is dropped while the connection is slow. [D9, D10] */
  sendFrame(frame: Frame, isEphemeral: boolean): void {
    if (this.isClosing || (isEphemeral && this.isSlow)) return;
    if (this.frames.length === 0) {
      this.frames = [];
      this.ports.outbox.add(this);
    }
    this.frames.push(frame);
    this.framesBytes += frame.length;
  }

  /** Closes it after what was sent so far has been written. `text` tells clients more, at most 123 bytes. */
  close(reason: CloseReason, text: string = reason): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.closeReason = reason;
    this.closeText = text;
    this.ports.outbox.add(this);
    this.ports.closing(this);
  }

  override expire(nowMs: number): void {
    this.ports.expired(this, nowMs);
  }

  /** Writes what gathered, and closes if that was asked for. */
  abstract flush(): void;
  /** Drops the socket at once. */
  abstract terminate(): void;
  /** Reads nothing of it until `resume`, where the transport can: its client feels that it is too fast. */
  pause(): void {}
  resume(): void {}
  /** Asks the other side for a sign of life, where the transport can. */
  abstract ping(): void;
  abstract listen(nativeTopic: string): void;
  abstract unlisten(nativeTopic: string): void;

  protected takeFrames(): Frame[] {
    const { frames } = this;
    this.frames = nothing;
    this.framesBytes = 0;
    return frames;
  }
}
