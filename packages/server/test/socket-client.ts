import {
  subprotocol,
  type CommandName,
  type ParamsInput,
  type Push,
  type ReplyFrame,
  type Result,
  type WireError,
} from '@parley/protocol';

/** A refusal the server sent. */
export class Refused extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(`${wire.code}: ${wire.message}`);
    this.wire = wire;
  }
}

/** The socket closed before the answer: the outcome is unknown. */
export class Lost extends Error {}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The bare wire for tests: no retry, no sync, nothing clever. */
export class SocketClient {
  readonly pushes: Push[] = [];
  closeCode: number | undefined;
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watchers = new Set<() => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = (event) => this.#take(JSON.parse(String(event.data)) as ReplyFrame | Push);
    this.closed = new Promise((resolve) => {
      socket.onclose = (event) => {
        this.closeCode = event.code;
        for (const waiting of this.#waiting.values()) waiting.reject(new Lost('The socket closed.'));
        this.#waiting.clear();
        resolve(event.code);
      };
    });
  }

  static open(url: string): Promise<SocketClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, subprotocol);
      const client = new SocketClient(socket);
      socket.onopen = () => resolve(client);
      socket.onerror = () => reject(new Lost('The socket did not open.'));
    });
  }

  /** Opens a socket and signs in. */
  static async hello(url: string, token: string): Promise<SocketClient> {
    const client = await SocketClient.open(url);
    await client.command('session.hello', { token });
    return client;
  }

  command<Name extends CommandName>(command: Name, params: ParamsInput<Name>): Promise<Result<Name>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new Lost('The socket is closed.'));
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, command, params }));
    });
  }

  /** Resolves with the first push, past or to come, that fits. */
  async push<Name extends Push['push']>(
    name: Name,
    fits: (push: Extract<Push, { push: Name }>) => boolean = () => true,
  ): Promise<Extract<Push, { push: Name }>> {
    for (;;) {
      const found = this.pushes.find(
        (push): push is Extract<Push, { push: Name }> =>
          push.push === name && fits(push as Extract<Push, { push: Name }>),
      );
      if (found !== undefined) return found;
      if (this.closeCode !== undefined)
        throw new Lost(`The socket closed with ${this.closeCode} while waiting for ${name}.`);
      await Promise.race([new Promise<void>((resolve) => this.#watchers.add(resolve)), this.closed]);
    }
  }

  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  close(): void {
    this.#socket.close();
  }

  #take(frame: ReplyFrame | Push): void {
    if ('push' in frame) {
      this.pushes.push(frame);
      for (const watcher of this.#watchers) watcher();
      return this.#watchers.clear();
    }
    const waiting = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    if ('error' in frame) waiting?.reject(new Refused(frame.error));
    else waiting?.resolve(frame.result);
  }
}

/** Asks the HTTP API. @throws Refused with the problem’s code. */
export async function http<T = unknown>(
  url: string,
  options: { readonly method?: string; readonly token?: string; readonly body?: unknown } = {},
): Promise<T> {
  const answer = await fetch(url, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Refused(body as WireError);
  return body as T;
}
