import { connect, type Socket } from 'node:net';

/** A TCP client that reads and writes bytes, and can stop reading. */
export class RawSocket {
  readonly closed: Promise<void>;
  isClosed = false;
  private readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);
  private readonly watchers = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => undefined); // `close` follows.
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        this.wake();
        resolve();
      });
    });
  }

  /** @param from another address of this machine, such as 127.0.0.9 */
  static open(port: number, from = '127.0.0.1'): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
      socket.once('connect', () => resolve(new RawSocket(socket)));
      socket.once('error', reject);
    });
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Resolves with what `parse` finds in the bytes received; it answers how many it used, or undefined to wait for more. */
  async read<T>(parse: (bytes: Buffer) => { value: T; used: number } | undefined): Promise<T> {
    for (;;) {
      const found = parse(this.received);
      if (found !== undefined) {
        this.received = this.received.subarray(found.used);
        return found.value;
      }
      if (this.isClosed) throw new Error('The socket closed.');
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    this.wake();
  }

  private wake(): void {
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }
}
