import { createClient, type ParleyClient } from '@parley/sdk';
import type { ServerProcess } from '../server-process.ts';

/** Somebody who has the lobby open, on one connect node. */
export class Guest implements AsyncDisposable {
  readonly client: ParleyClient;
  readonly acked: string[] = [];

  private constructor(client: ParleyClient) {
    this.client = client;
    client.conversation(1).open();
  }

  static async enter(node: ServerProcess, { apiUrl }: ServerProcess): Promise<Guest> {
    const client = createClient({ apiUrl, socketUrl: node.socketUrl });
    await client.connect();
    await client.account.guest({ displayName: 'Guest' });
    return new Guest(client);
  }

  get texts(): readonly string[] {
    const { items } = this.client.conversation(1).messages.getSnapshot();
    return items.flatMap(({ content }) => (content?.type === 'text' ? [content.text] : []));
  }

  /** Resolves with the ack. */
  async say(text: string): Promise<void> {
    await this.client.conversation(1).sendAndWait(text);
    this.acked.push(text);
  }

  async sees(text: string): Promise<void> {
    while (!this.texts.includes(text)) await Bun.sleep(20);
  }

  /** Everything the lobby holds, as the server answers it. */
  async history(): Promise<readonly string[]> {
    const texts: string[] = [];
    for (let [after, hasNewer] = [0, true]; hasNewer;) {
      const page = await this.client.request('message.history', { conversationId: 1, after, limit: 100 });
      texts.push(...page.items.flatMap(({ content }) => (content.type === 'text' ? [content.text] : [])));
      [after, hasNewer] = [page.items.at(-1)?.seq ?? after, page.hasNewer];
    }
    return texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

/** Says one thing after the other until told to stop. Resolves with nothing when the last one is acked. */
export class Chatter {
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(guest: Guest, name: string) {
    this.running = this.run(guest, name);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(guest: Guest, name: string): Promise<void> {
    for (let count = 0; !this.isStopped; count++) {
      await guest.say(`${name} ${count}`);
      await Bun.sleep(10);
    }
  }
}
