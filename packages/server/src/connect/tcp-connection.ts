import { limits, PacketDecoder } from '@parley/protocol';
import type { Socket } from 'bun';
import { Connection } from './connection.ts';

const slowBytes = limits.socketBufferBytesMax / 2;

/** A connection over TCP; it is the socket's `data`. Bun's sockets keep nothing they cannot write, so what is left waits here. */
export class TcpConnection extends Connection {
  readonly decoder = new PacketDecoder();
  /** Which framing its client speaks is known with its first packet. */
  isDecided = false;
  private socket: Socket<TcpConnection> | undefined;
  private backlog: Uint8Array[] = [];
  private backlogBytes = 0;

  get isNative(): boolean {
    return false;
  }

  get bufferedBytes(): number {
    return this.backlogBytes;
  }

  opened(socket: Socket<TcpConnection>): void {
    this.socket = socket;
  }

  /** One joined write for everything of this tick. */
  flush(): void {
    const bytes = this.framesBytes;
    const frames = this.takeFrames() as Uint8Array[];
    this.backlog = this.backlog.length === 0 ? frames : this.backlog.concat(frames);
    this.backlogBytes += bytes;
    if (this.backlogBytes === bytes) this.writeBacklog();
    this.weigh();
    this.endIfDone();
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.writeBacklog();
    if (this.isSlow && this.backlogBytes === 0) this.ports.drained(this);
    this.endIfDone();
  }

  terminate(): void {
    this.backlog = [];
    this.backlogBytes = 0;
    this.socket?.terminate();
  }

  override pause(): void {
    this.socket?.pause();
  }

  override resume(): void {
    this.socket?.resume();
  }

  ping(): void {}
  listen(): void {}
  unlisten(): void {}

  /** No frame of TCP carries a code, so a slow reader is simply cut off; nothing is missing in between. [D10] */
  private weigh(): void {
    if (this.backlogBytes > limits.socketBufferBytesMax) {
      this.isClosing = true;
      this.terminate();
    } else if (this.backlogBytes > slowBytes) this.ports.fellBehind(this);
  }

  private writeBacklog(): void {
    if (this.backlog.length === 0 || this.socket === undefined) return;
    const bytes = this.backlog.length === 1 ? (this.backlog[0] as Uint8Array) : Buffer.concat(this.backlog);
    const written = Math.max(0, this.socket.write(bytes));
    this.backlogBytes = bytes.length - written;
    this.backlog = this.backlogBytes === 0 ? [] : [bytes.subarray(written)];
  }

  private endIfDone(): void {
    if (this.closeReason !== undefined && this.backlogBytes === 0) this.socket?.end();
  }
}
