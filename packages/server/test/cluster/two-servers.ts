import type { Message, Result } from '@parley/protocol';
import { register, type Person } from '../security/people.ts';
import type { ServerProcess } from '../server-process.ts';
import { http, SocketClient } from '../socket-client.ts';
import { Cluster } from './cluster.ts';

/**
 * Two servers of one chat on one PostgreSQL, each with a logic node and a connect node of its own: what is asked at one is
 * decided there, so that two nodes decide about one conversation. Deliveries go through two task nodes.
 */
export class TwoServers implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly one: ServerProcess;
  readonly other: ServerProcess;
  #people = 0;

  private constructor(cluster: Cluster, one: ServerProcess, other: ServerProcess) {
    this.cluster = cluster;
    this.one = one;
    this.other = other;
  }

  static async open(): Promise<TwoServers> {
    const cluster = await Cluster.open({ store: 'postgres' });
    const roles = 'api,connect,logic';
    const [one, other] = await Promise.all([
      cluster.start(roles),
      cluster.start(roles),
      cluster.start('task'),
      cluster.start('task'),
    ]);
    return new TwoServers(cluster, one, other);
  }

  get both(): readonly [ServerProcess, ServerProcess] {
    return [this.one, this.other];
  }

  /** A new account, asking at this server. */
  person(server: ServerProcess = this.one): Promise<Person> {
    return register(server, `person${++this.#people}`);
  }

  async group(owner: Person, members: readonly Person[]): Promise<number> {
    const body = { kind: 'group', title: 'Across', memberIds: members.map(({ id }) => id) };
    const { token } = owner;
    const url = `${this.one.apiUrl}/conversations`;
    return (await http<Result<'conversation.create'>>(url, { token, body })).conversation.id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

export function keys(count: number, name: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

export function helloAt({ socketUrl }: ServerProcess, { token }: Person): Promise<SocketClient> {
  return SocketClient.hello(socketUrl, token);
}

export function closeAll(sockets: readonly SocketClient[]): void {
  for (const socket of sockets) socket.close();
}

export function say(socket: SocketClient, conversationId: number, [clientMsgId, text]: readonly [string, string]) {
  return socket.command('message.send', { conversationId, clientMsgId, content: { type: 'text', text } });
}

/** The text is its key. */
export function send(socket: SocketClient, conversationId: number, key: string) {
  return say(socket, conversationId, [key, key]);
}

/** All of a conversation, as it is read at this server. */
export async function historyAt({ apiUrl }: ServerProcess, token: string, id: number): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for (let hasNewer = true; hasNewer;) {
    const after = messages.at(-1)?.seq ?? 0;
    const url = `${apiUrl}/conversations/${id}/messages?after=${after}&limit=100`;
    const page = await http<Result<'message.history'>>(url, { token });
    messages.push(...page.items);
    ({ hasNewer } = page);
  }
  return messages;
}

export function textOf({ content }: Message): string {
  return content.type === 'text' ? content.text : content.type;
}
