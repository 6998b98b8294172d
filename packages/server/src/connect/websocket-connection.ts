import { closeCodes, limits } from '@parley/protocol';
import type { ServerWebSocket } from 'bun';
import { Connection } from './connection.ts';
import type { Frame } from './frame.ts';

const slowBytes = limits.socketBufferBytesMax / 2;

/** A connection over WebSocket; it is the socket's `data`. */
export class WebSocketConnection extends Connection {
  private socket: ServerWebSocket<WebSocketConnection> | undefined;

  get isNative(): boolean {
    return !this.isSlow;
  }

  get bufferedBytes(): number {
    return this.socket?.getBufferedAmount() ?? 0;
  }

  get isBehind(): boolean {
    return this.bufferedBytes > slowBytes;
  }

  opened(socket: ServerWebSocket<WebSocketConnection>): void {
    this.socket = socket;
  }

  /** While it is slow each frame is weighed, so that it is closed with a code instead of losing something. [D10] */
  override sendFrame(frame: Frame, isEphemeral: boolean): void {
    const isDropped = isEphemeral && this.isSlow;
    if (this.isSlow && !isDropped && !this.hasRoomFor(frame)) this.close('slow-consumer');
    else super.sendFrame(frame, isEphemeral);
  }

  flush(): void {
    this.socket?.cork(writeAll);
  }

  /** Within the cork: one write for everything, after what was published to it in this tick. */
  write(socket: ServerWebSocket<WebSocketConnection>): void {
    for (const frame of this.takeFrames()) {
      if (socket.sendText(frame as string, false) === 0) return this.fail(socket);
    }
    if (this.closeReason !== undefined) socket.close(closeCodes[this.closeReason].code, this.closeText);
    else if (!this.isSlow && this.isBehind) this.ports.fellBehind(this);
  }

  terminate(): void {
    this.socket?.terminate();
  }

  override pause(): void {
    this.socket?.pause();
  }

  override resume(): void {
    this.socket?.resume();
  }

  ping(): void {
    this.socket?.ping();
  }

  listen(nativeTopic: string): void {
    this.socket?.subscribe(nativeTopic);
  }

  unlisten(nativeTopic: string): void {
    if (!this.isClosed) this.socket?.unsubscribe(nativeTopic);
  }

  /** The socket took no more: it is closed, so that nothing is missing in between. */
  private fail(socket: ServerWebSocket<WebSocketConnection>): void {
    this.isClosing = true;
    socket.close(closeCodes['slow-consumer'].code, 'slow-consumer');
  }

  private hasRoomFor(frame: Frame): boolean {
    const bytes = Buffer.byteLength(frame);
    return this.bufferedBytes + this.framesBytes + bytes <= limits.socketBufferBytesMax;
  }
}

function writeAll(socket: ServerWebSocket<WebSocketConnection>): void {
  socket.data.write(socket);
}
