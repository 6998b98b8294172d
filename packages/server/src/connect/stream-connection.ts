import { closeCodes, limits, streamEvents, type StreamClosing, type StreamOpening } from '@parley/protocol';
import { Connection, type ConnectionPorts } from './connection.ts';
import type { Frame } from './frame.ts';
import { streamComment, streamEvent } from './stream-event.ts';

const slowBytes = limits.socketBufferBytesMax / 2;

export interface StreamPorts extends ConnectionPorts {
  /** Nothing more goes over it, whoever ended it. Called once. */
  ended(connection: StreamConnection): void;
}

/**
 * A connection over HTTP: frames leave as events of one long answer and come as POSTs. The runtime asks for bytes once the
 * client has taken those before, so what it has not asked for waits here, where it can be weighed.
 */
export class StreamConnection extends Connection {
  /** Whoever knows it may post frames. */
  readonly streamId: string;
  /** POSTs whose frames were taken. */
  postsTaken = 0;
  protected override readonly ports: StreamPorts;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private backlog: Uint8Array[] = [];
  private backlogBytes = 0;
  /** With the runtime; 0 once it asked for more. */
  private handedBytes = 0;
  private isWanted = false;
  /** The event that says why it ends is on its way. */
  private isLast = false;

  constructor(ports: StreamPorts, birth: ConstructorParameters<typeof Connection>[1] & { readonly streamId: string }) {
    super(ports, birth);
    this.ports = ports;
    this.streamId = birth.streamId;
    const opening: StreamOpening = { streamId: birth.streamId };
    this.keep(streamEvent(JSON.stringify(opening), streamEvents.open));
  }

  get isNative(): boolean {
    return false;
  }

  get bufferedBytes(): number {
    return this.backlogBytes + this.handedBytes;
  }

  /** The body of the answer. */
  body(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => this.pulled(),
        cancel: () => this.ports.ended(this),
      },
      { highWaterMark: 0 },
    );
  }

  /** While something waits each frame is weighed, so that it is closed with a code instead of losing something. [D10] */
  override sendFrame(frame: Frame, isEphemeral: boolean): void {
    const isDropped = isEphemeral && this.isSlow;
    if (this.bufferedBytes > 0 && !isDropped && !this.hasRoomFor(frame)) this.close('slow-consumer');
    else super.sendFrame(frame, isEphemeral);
  }

  flush(): void {
    if (this.isClosed) return;
    const isBehind = !this.isWanted;
    for (const frame of this.takeFrames()) this.keep(frame as Uint8Array);
    this.keepLast();
    this.hand();
    if (isBehind && this.bufferedBytes > slowBytes) this.ports.fellBehind(this);
  }

  /** A sign of life for what it passes through; a stream that has something waiting needs none. */
  beat(): void {
    if (this.isClosing || this.bufferedBytes > 0) return;
    this.keep(streamComment);
    this.hand();
  }

  /** Without the rest, and without an event that says why. */
  terminate(): void {
    if (!this.isClosed) this.end();
  }

  ping(): void {}
  listen(): void {}
  unlisten(): void {}

  private pulled(): void {
    this.isWanted = true;
    this.handedBytes = 0;
    this.hand();
    if (this.isSlow && this.bufferedBytes === 0) this.ports.drained(this);
  }

  /** One joined write for everything; after the last one the end. */
  private hand(): void {
    if (!this.isWanted || this.isClosed) return;
    const [first] = this.backlog;
    if (first === undefined) {
      if (this.isLast) this.end();
      return;
    }
    const bytes = this.backlog.length === 1 ? first : Buffer.concat(this.backlog);
    this.backlog = [];
    this.backlogBytes = 0;
    this.handedBytes = bytes.length;
    this.isWanted = false;
    this.controller?.enqueue(bytes);
  }

  private keep(bytes: Uint8Array): void {
    this.backlog.push(bytes);
    this.backlogBytes += bytes.length;
  }

  private end(): void {
    this.controller?.close();
    this.backlog = [];
    this.backlogBytes = this.handedBytes = 0;
    this.ports.ended(this);
  }

  private keepLast(): void {
    if (this.closeReason === undefined || this.isLast) return;
    this.isLast = true;
    const closing: StreamClosing = { code: closeCodes[this.closeReason].code, reason: this.closeText };
    this.keep(streamEvent(JSON.stringify(closing), streamEvents.close));
  }

  private hasRoomFor(frame: Frame): boolean {
    return this.bufferedBytes + this.framesBytes + frame.length <= limits.socketBufferBytesMax;
  }
}
