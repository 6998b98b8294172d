import type { Socket } from 'bun';

const hello = '{"id":1,"command":"session.hello","params":{"token":"x"}}';
const handshake = (port: number, path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
    '',
    '',
  ].join('\r\n');

/** Sockets opened at the same time. */
const openingMax = 100;

/** Sockets that sign in and then only count bytes, so that the generator costs as little as it can. */
export class Listeners {
  private readonly sockets: Socket<{ isOpen: boolean }>[] = [];
  private readonly port: number;
  private received = 0;
  private wanted = Infinity;
  private whenReceived: () => void = () => undefined;

  constructor(port: number) {
    this.port = port;
  }

  get count(): number {
    return this.sockets.length;
  }

  async open(count: number, path: string): Promise<void> {
    for (let opened = 0; opened < count; opened += openingMax) {
      await Promise.all(Array.from({ length: Math.min(openingMax, count - opened) }, () => this.openOne(path)));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    this.received = 0;
  }

  /** Resolves when all sockets together got this many bytes since the last time. */
  receive(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.wanted = bytes;
      this.whenReceived = resolve;
      this.look();
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  private openOne(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      Bun.connect<{ isOpen: boolean }>({
        hostname: '127.0.0.1',
        port: this.port,
        data: { isOpen: false },
        socket: {
          open: (socket) => void socket.write(handshake(this.port, path)),
          data: (socket, chunk) => {
            if (socket.data.isOpen) this.take(chunk.length);
            else {
              socket.data.isOpen = true;
              socket.write(clientFrame(hello));
              resolve();
            }
          },
        },
      }).then((socket) => this.sockets.push(socket), reject);
    });
  }

  private take(bytes: number): void {
    this.received += bytes;
    this.look();
  }

  private look(): void {
    if (this.received < this.wanted) return;
    this.received -= this.wanted;
    this.wanted = Infinity;
    this.whenReceived();
  }
}

function clientFrame(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const frame = new Uint8Array(6 + payload.length);
  frame.set([0x81, 0x80 | payload.length, 0, 0, 0, 0]);
  frame.set(payload, 6);
  return frame;
}
