import { limits } from '@parley/protocol';
import { tokenOf } from '../world/world.ts';
import { Client, type Ears } from './client.ts';

/** Clients that open or ask at the same time. */
const togetherMax = 128;
const pingEveryMs = 100;

/** Users 1 to `count`, signed in. Each pings once in a heartbeat, evenly spread: the server closes who is silent. */
export class Fleet implements Disposable {
  readonly clients: readonly Client[];
  private readonly timer: ReturnType<typeof setInterval>;
  private pings = 0;

  private constructor(clients: readonly Client[]) {
    this.clients = clients;
    this.timer = setInterval(() => this.ping(), pingEveryMs);
  }

  static async signIn(port: number, count: number, ears: Ears): Promise<Fleet> {
    const clients = Array.from({ length: count }, (_, index) => new Client(index + 1, ears));
    await together(clients, async (client) => {
      await client.open(port);
      await require(client, 'session.hello', { token: tokenOf(client.userId) });
    });
    return new Fleet(clients);
  }

  /** All of them give the same command. @throws Error when one is refused. */
  async ask(command: string, params: object): Promise<void> {
    await together(this.clients, (client) => require(client, command, params));
  }

  get open(): number {
    return this.clients.reduce((sum, client) => sum + (client.isClosed ? 0 : 1), 0);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    for (const client of this.clients) client.close();
  }

  private ping(): void {
    const first = Math.floor(this.pings);
    this.pings += (this.clients.length * pingEveryMs) / limits.heartbeatIntervalMs;
    for (let index = first; index < Math.floor(this.pings); index++)
      void this.clients[index % this.clients.length]?.ask('session.ping', {});
  }
}

async function require(client: Client, command: string, params: object): Promise<void> {
  if (!(await client.ask(command, params))) throw new Error(`${command} of user ${client.userId} was refused.`);
}

async function together(clients: readonly Client[], work: (client: Client) => Promise<void>): Promise<void> {
  const left = clients.values();
  const worker = async (): Promise<void> => {
    for (const client of left) await work(client);
  };
  await Promise.all(Array.from({ length: togetherMax }, worker));
}
