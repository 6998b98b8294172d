import { createClient, ParleyError, type ParleyClient } from '@parley/sdk';
import type { Histogram } from './histogram.ts';
import type { Journal } from './journal.ts';

export interface GuestParts {
  readonly name: string;
  readonly apiUrl: string;
  readonly socketUrl: string;
  readonly journal: Journal;
  /** Each new socket after the first. */
  readonly returns: Histogram;
}

/** Somebody with the SDK as it is, who listens to the conversations they are in and writes into one of them. */
export class Guest {
  readonly userId: number;
  /** Times there was no connection, as the program using the SDK sees it. */
  gaps = 0;
  private readonly client: ParleyClient;
  private readonly parts: GuestParts;
  private conversationId = 0;

  private constructor(client: ParleyClient, parts: GuestParts, userId: number) {
    this.client = client;
    this.parts = parts;
    this.userId = userId;
  }

  static async enter(parts: GuestParts): Promise<Guest> {
    const { apiUrl, socketUrl, name } = parts;
    const client = createClient({ apiUrl, socketUrl, client: 'rollout' });
    await client.connect();
    await client.account.guest({ displayName: name }).catch(async (error: unknown) => {
      await client.close();
      throw error;
    });
    const { account } = client.account.getSnapshot();
    return new Guest(client, parts, account?.id ?? 0);
  }

  /** From here on it is judged what they are told. */
  listen(conversationId: number, seq: number): void {
    const { name, journal, returns } = this.parts;
    this.conversationId = conversationId;
    journal.listens(name, conversationId, seq);
    this.client.on('message', ({ message }) => {
      if (message.conversationId !== conversationId) return;
      const text = message.content?.type === 'text' ? message.content.text : '';
      journal.heard(name, { conversationId, seq: message.seq, text });
    });
    this.client.on('connection', ({ state }) => {
      if (state.status === 'online') returns.note();
      else if (state.status === 'waiting') this.gaps++;
    });
  }

  /** Whether this device knows of the conversation. */
  get isThere(): boolean {
    return this.client.conversation(this.conversationId).view.getSnapshot() !== undefined;
  }

  /** @param intendedAt when it should have been sent: what holds the sender up counts. */
  async say(text: string, intendedAt: number): Promise<void> {
    const { journal } = this.parts;
    journal.sent++;
    try {
      const { seq } = await this.client.conversation(this.conversationId).sendAndWait(text);
      journal.latenciesMs.push(performance.now() - intendedAt);
      journal.acknowledged(this.conversationId, seq, text);
    } catch (error) {
      const code = error instanceof ParleyError ? error.code : String(error);
      journal.failures.set(code, (journal.failures.get(code) ?? 0) + 1);
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
