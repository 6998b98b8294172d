import type { TestNode } from './test-node.ts';
import type { Topic } from '../../src/delivery.ts';
import { RawSocket } from './raw-socket.ts';

export interface RawEvent {
  /** `message` when it has no name. */
  readonly name: string;
  readonly text: string;
}

export interface Posting {
  readonly number?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of another node than the one that has the stream. */
  readonly port?: number;
}

export interface StreamRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** A client of event streams that can post anything and can stop reading. */
export class RawStream {
  readonly socket: RawSocket;
  readonly port: number;
  readonly status: number;
  readonly head: string;
  id = '';
  /** POSTs so far. */
  posts = 0;
  /** Comments so far. */
  comments = 0;
  private text = '';
  private posting: Promise<unknown> = Promise.resolve();

  private constructor(socket: RawSocket, port: number, head: string) {
    this.socket = socket;
    this.port = port;
    this.head = head;
    this.status = Number(head.split(' ')[1]);
  }

  /** Resolves with the first event read, unless it was refused. */
  static async open(port: number, { headers = {}, path = '/v1/stream' }: StreamRequest = {}): Promise<RawStream> {
    const socket = await RawSocket.open(port);
    const lines = Object.entries({ Host: `127.0.0.1:${port}`, 'Content-Length': '0', ...headers });
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    const head = await socket.read((bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      return end < 0 ? undefined : { value: bytes.toString('latin1', 0, end), used: end + 4 };
    });
    const stream = new RawStream(socket, port, head);
    if (stream.status === 200) {
      const { name, text } = await stream.event();
      if (name !== 'open') throw new Error(`The first event is ${name}.`);
      stream.id = (JSON.parse(text) as { streamId: string }).streamId;
    }
    return stream;
  }

  /** One that is signed in and listens. */
  static async signedIn(node: TestNode, userId: number, topics: readonly Topic[] = []): Promise<RawStream> {
    const stream = await RawStream.open(node.port);
    stream.command(1, 'session.hello', { token: String(userId), topics });
    await stream.json();
    return stream;
  }

  /** Posts frames, one a line. */
  post(
    body: string | Uint8Array<ArrayBuffer>,
    { number = this.posts + 1, headers = {}, port = this.port }: Posting = {},
  ): Promise<Response> {
    this.posts = Math.max(this.posts, number);
    return fetch(`http://127.0.0.1:${port}/v1/stream/frames`, {
      method: 'POST',
      headers: { 'Parley-Stream': this.id, 'Parley-Frames': String(number), ...headers },
      body,
      keepalive: false,
    });
  }

  /** Posts after what was sent before. */
  sendText(text: string): void {
    this.posting = this.posting.then(async () => (await this.post(text)).body?.cancel());
  }

  command(id: number, command: string, params: unknown = {}): void {
    this.sendText(JSON.stringify({ id, command, params }));
  }

  async event(): Promise<RawEvent> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end < 0) {
        this.text += await this.chunk();
        continue;
      }
      const lines = this.text.slice(0, end).split('\n');
      this.text = this.text.slice(end + 2);
      if (lines.every((line) => line.startsWith(':'))) this.comments++;
      else return { name: fieldOf(lines, 'event') || 'message', text: fieldOf(lines, 'data') };
    }
  }

  /** The next frame's JSON. */
  async json(): Promise<Record<string, unknown>> {
    const { name, text } = await this.event();
    if (name !== 'message') throw new Error(`An event ${name}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Reads on until the last event. */
  async closeFrame(): Promise<{ code: number; reason: string; before: string[] }> {
    const before: string[] = [];
    for (;;) {
      const { name, text } = await this.event();
      if (name === 'close') return { ...(JSON.parse(text) as { code: number; reason: string }), before };
      before.push(text);
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** One chunk of the answer. @throws when it has ended */
  private async chunk(): Promise<string> {
    const chunk = await this.socket.read((bytes) => {
      const head = bytes.indexOf('\r\n');
      if (head < 0) return undefined;
      const size = Number.parseInt(bytes.toString('latin1', 0, head), 16);
      const end = head + 2 + size;
      return bytes.length < end + 2 ? undefined : { value: bytes.toString('utf8', head + 2, end), used: end + 2 };
    });
    if (chunk === '') throw new Error('The stream has ended.');
    return chunk;
  }
}

function fieldOf(lines: readonly string[], field: string): string {
  return lines
    .filter((line) => line.startsWith(`${field}: `))
    .map((line) => line.slice(field.length + 2))
    .join('\n');
}
