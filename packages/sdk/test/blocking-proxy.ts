import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a proxy does to WebSockets: nothing; answers 403; leaves the handshake without an answer; cuts or silences what opened. */
export type Blocking = 'passes' | 'refuses' | 'hangs' | 'cuts' | 'silences';

/** A proxy as companies have them: HTTP gets through, WebSockets do not. */
export class BlockingProxy implements AsyncDisposable {
  blocking: Blocking;
  /** Cuts the connection instead of bringing the answer to every second POST of frames. */
  losesAnswers = false;
  /** WebSockets that were asked for. */
  upgrades = 0;
  /** POSTs of frames. */
  posts = 0;
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number, blocking: Blocking) {
    this.#target = target;
    this.blocking = blocking;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async open(target: number, blocking: Blocking): Promise<BlockingProxy> {
    const proxy = new BlockingProxy(target, blocking);
    const { promise, resolve } = Promise.withResolvers<void>();
    proxy.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    for (const socket of this.#sockets) socket.destroy();
    await closed.promise;
  }

  #accept(client: Socket): void {
    this.#keep(client);
    client.once('data', (head) => {
      if (/^upgrade: *websocket/im.test(head.toString('latin1'))) this.#upgrade(client, head);
      else this.#pass(client, head);
    });
  }

  #upgrade(client: Socket, head: Buffer): void {
    this.upgrades++;
    if (this.blocking === 'refuses') client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    else if (this.blocking !== 'hangs') this.#pass(client, head).once('data', () => this.#spoil(client));
  }

  /** The handshake was answered. */
  #spoil(client: Socket): void {
    if (this.blocking === 'cuts') setImmediate(() => client.destroy());
    if (this.blocking === 'silences') client.pause();
  }

  #pass(client: Socket, head: Buffer): Socket {
    const server = this.#keep(connect(this.#target, '127.0.0.1'));
    let isLost = false;
    const take = (bytes: Buffer): void => {
      const isPost = bytes.toString('latin1').includes('POST /v1/stream/frames ');
      isLost ||= isPost && ++this.posts % 2 === 1 && this.losesAnswers;
      server.write(bytes);
    };
    client.on('data', take);
    server.on('data', (bytes) => (isLost ? client.destroy() : client.write(bytes)));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    take(head);
    return server;
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // `close` follows.
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
