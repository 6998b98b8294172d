import { connect, type Socket } from 'node:net';

/** A frame of the seed’s server. */
export interface SeedPush {
  readonly op?: number;
  readonly code?: number;
  readonly msg?: string;
  readonly message?: string;
  readonly fromUserId?: number;
  readonly fromUserName?: string;
  readonly toUserId?: number;
  readonly toUserName?: string;
  readonly roomId?: number;
  readonly count?: number;
  readonly createTime?: string;
  readonly roomUserInfo?: Record<string, string>;
}

/** What both of the seed’s clients have in common: frames come in, and a test waits for one. */
abstract class SeedClient {
  readonly frames: string[] = [];
  isClosed = false;
  /** Hears of each frame as it comes. */
  onFrame: (frame: string) => void = () => undefined;
  readonly closed: Promise<void>;
  protected readonly ended = Promise.withResolvers<void>();
  private readonly watchers = new Set<() => void>();

  constructor() {
    this.closed = this.ended.promise;
  }

  abstract send(frame: object): void;
  abstract close(): void;

  get pushes(): SeedPush[] {
    return this.frames.filter((frame) => frame.startsWith('{')).map((frame) => JSON.parse(frame) as SeedPush);
  }

  /** Resolves with the first frame, past or to come, that fits. */
  async push(fits: (push: SeedPush) => boolean): Promise<SeedPush> {
    for (;;) {
      const found = this.pushes.find(fits);
      if (found !== undefined) return found;
      if (this.isClosed) throw new Error('The socket closed while a frame was waited for.');
      await Promise.race([new Promise<void>((resolve) => this.watchers.add(resolve)), this.closed]);
    }
  }

  message(text: string): Promise<SeedPush> {
    return this.push((push) => push.msg === text);
  }

  protected take(frame: string): void {
    this.frames.push(frame);
    this.onFrame(frame);
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }

  protected end(): void {
    this.isClosed = true;
    this.ended.resolve();
  }
}

/** The seed’s web page: one text frame to sign in, then it listens. */
export class SeedWebSocket extends SeedClient {
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    super();
    this.socket = socket;
    socket.onmessage = (event) => this.take(String(event.data));
    socket.onclose = () => this.end();
  }

  static open(port: number): Promise<SeedWebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
      const client = new SeedWebSocket(socket);
      socket.onopen = () => resolve(client);
      socket.onerror = () => reject(new Error('The socket did not open.'));
    });
  }

  /** Opens, signs in, and waits until the room says that one is in it. */
  static async enter(port: number, authToken: string, roomId: number): Promise<SeedWebSocket> {
    const client = await SeedWebSocket.open(port);
    client.send({ authToken, roomId });
    await client.push((push) => push.op === 5 && push.roomId === roomId);
    return client;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  close(): void {
    this.socket.close();
  }
}

/** The seed’s TCP client, down to the bytes. */
export class SeedTcp extends SeedClient {
  private readonly socket: Socket;
  private received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('close', () => this.end());
    socket.on('error', () => undefined); // A reset is one of the ways it closes.
  }

  static open(port: number): Promise<SeedTcp> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      socket.once('connect', () => resolve(new SeedTcp(socket)));
      socket.once('error', reject);
    });
  }

  static async enter(port: number, authToken: string, roomId: number): Promise<SeedTcp> {
    const client = await SeedTcp.open(port);
    client.send({ op: 6, authToken, roomId });
    await client.push((push) => push.op === 5 && push.roomId === roomId);
    return client;
  }

  static packet(frame: object): Buffer {
    const json = Buffer.from(JSON.stringify(frame));
    const head = Buffer.from('v1\0\0');
    head.writeInt16BE(json.length + 4, 2);
    return Buffer.concat([head, json]);
  }

  send(frame: object): void {
    this.socket.write(SeedTcp.packet(frame));
  }

  /** Writes bytes as they are, and resolves when the kernel has them. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()));
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 4) {
      const length = this.received.readInt16BE(2);
      if (this.received.subarray(0, 2).toString() !== 'v1' || length < 4)
        throw new Error('The server broke the framing.');
      if (this.received.length < length) return;
      this.take(this.received.subarray(4, length).toString());
      this.received = this.received.subarray(length);
    }
  }
}

export interface SeedAnswer<T = unknown> {
  readonly code: number;
  readonly message: string;
  readonly data: T;
}

/** The seed’s HTTP routes. */
export async function seedPost<T = unknown>(apiPort: number, path: string, body: unknown): Promise<SeedAnswer<T>> {
  const answer = await fetch(`http://127.0.0.1:${apiPort}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${path} answered HTTP ${answer.status}.`);
  return (await answer.json()) as SeedAnswer<T>;
}
