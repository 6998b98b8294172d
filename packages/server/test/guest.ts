import { createClient, type ParleyClient } from '@parley/sdk';
import type { ServerProcess } from './server-process.ts';

/** Somebody who has the lobby open. */
export class Guest implements AsyncDisposable {
  readonly client: ParleyClient;
  /** How often its connection was lost. */
  losses = 0;

  private constructor(client: ParleyClient) {
    this.client = client;
    client.on('connection', ({ state }) => (this.losses += state.status === 'online' ? 0 : 1));
    this.lobby.open();
  }

  static async enter(server: ServerProcess): Promise<Guest> {
    const client = createClient({ url: `http://127.0.0.1:${server.ports.site}` });
    await client.connect();
    await client.account.guest({ displayName: 'Guest' });
    return new Guest(client);
  }

  /** Resolves when the other one sees it. */
  async tells(other: Guest, text: string): Promise<void> {
    await this.lobby.sendAndWait(text);
    while (!other.texts.includes(text)) await Bun.sleep(50);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }

  private get lobby() {
    return this.client.conversation(1);
  }

  /** What it sees there. */
  get texts(): readonly string[] {
    const { items } = this.lobby.messages.getSnapshot();
    return items.flatMap(({ content }) => (content?.type === 'text' ? [content.text] : []));
  }
}
