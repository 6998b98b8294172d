import type { ServerProcess } from '../../server/test/server-process.ts';
import {
  createClient,
  type ClientOptions,
  type ConversationsState,
  type Live,
  type MessageItem,
  type MessagesState,
  type ParleyClient,
} from '../src/index.ts';

/** Clients of one server, closed together. */
export class People implements AsyncDisposable {
  readonly #server: ServerProcess;
  readonly #clients: ParleyClient[] = [];
  #count = 0;

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  client(options: ClientOptions = {}): ParleyClient {
    const { ports, apiUrl, socketUrl } = this.#server;
    const client = createClient({ url: `http://127.0.0.1:${ports.site}`, apiUrl, socketUrl, ...options });
    this.#clients.push(client);
    return client;
  }

  /** A new account, online. */
  async person(name: string, options?: ClientOptions): Promise<ParleyClient> {
    const client = this.client(options);
    await client.connect();
    await client.account.register({
      userName: `${name}${++this.#count}`,
      password: `${name} likes long walks`,
      displayName: name,
    });
    await client.connect();
    return client;
  }

  async direct(one: ParleyClient, other: ParleyClient): Promise<number> {
    return (await one.conversations.openDirect(idOf(other))).id;
  }

  /** Resolves when a conversation is in a client’s list. */
  listed(client: ParleyClient, id: number): Promise<ConversationsState> {
    return until(client.conversations, ({ items }) => items.some((item) => item.id === id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/** Resolves with the value as soon as it is as wanted. */
export function until<T>(live: Live<T>, isWanted: (value: T) => boolean): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const look = (): void => {
    const value = live.getSnapshot();
    if (isWanted(value)) resolve(value);
  };
  const stop = live.subscribe(look);
  look();
  return promise.finally(stop);
}

export function idOf(client: ParleyClient): number {
  return client.account.getSnapshot().account!.id;
}

export function textOf({ content }: Pick<MessageItem, 'content'>): string {
  return content.type === 'text' ? content.text : content.type;
}

export function textsOf(client: ParleyClient, id: number): string[] {
  return client.conversation(id).messages.getSnapshot().items.map(textOf);
}

/** Resolves when a client shows a message of that text. */
export function shows(client: ParleyClient, id: number, text: string): Promise<MessagesState> {
  return until(client.conversation(id).messages, ({ items }) => items.some((item) => textOf(item) === text));
}

export function isConsecutive(items: readonly MessageItem[]): boolean {
  return items.every((item, index) => item.seq === items[0]!.seq! + index);
}
