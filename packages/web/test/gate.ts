import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../server/test/free-port.ts';

/** The way to a server, which can be closed: everything on it ends at once, and nothing new gets through. */
export class Gate implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isOpen = true;

  private constructor(port: number, server: Server) {
    this.port = port;
    this.#server = server;
  }

  static async before(targetPort: number): Promise<Gate> {
    const port = await freePort();
    const server = createServer();
    const gate = new Gate(port, server);
    server.on('connection', (socket) => gate.#pass(socket, targetPort));
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(port, '127.0.0.1', resolve);
    await promise;
    return gate;
  }

  close(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#isOpen = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    this.#server.close();
  }

  #pass(socket: Socket, targetPort: number): void {
    if (!this.#isOpen) return void socket.destroy();
    const target = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => (this.#sockets.delete(from), to.destroy()));
    }
  }
}
