import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a port that can be cut. */
export class CutOff implements AsyncDisposable {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** Called with what a caller sends; false: it does not get through, and the connection is cut. */
  onSent: (bytes: Buffer) => boolean = () => true;
  /** Whether nothing comes back. */
  isOneWay = false;
  private readonly held = new WeakSet<Socket>();

  private constructor(port: number) {
    this.server = createServer((caller) => {
      const node = connect(port, '127.0.0.1');
      caller.on('data', (bytes) => (this.onSent(bytes) ? node.write(bytes) : caller.destroy()));
      node.on('data', (bytes) => void (this.isOneWay || this.held.has(caller) || caller.write(bytes)));
      for (const [one, other] of [
        [caller, node],
        [node, caller],
      ] as const) {
        this.sockets.add(one);
        one.on('error', () => undefined);
        one.on('close', () => other.destroy());
      }
    });
  }

  /** @param at the port it is to be at; without it any free one */
  static async before(port: number, at = 0): Promise<CutOff> {
    const way = new CutOff(port);
    await new Promise<void>((resolve) => way.server.listen(at, '127.0.0.1', resolve));
    return way;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** From the connections there are, nothing comes back; new ones work. */
  holdAnswers(): void {
    for (const socket of this.sockets) this.held.add(socket);
  }

  /** Ends the connections there are. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
