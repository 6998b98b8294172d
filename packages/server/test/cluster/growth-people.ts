import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'bun:test';
import {
  createClient,
  type ClientOptions,
  type ConversationView,
  type MessageItem,
  type ParleyClient,
} from '@parley/sdk';
import { openFileStorage } from '@parley/sdk/file';
import type { ServerProcess } from '../server-process.ts';
import { lobby, type GrowthWorld } from './growth-world.ts';

const staying = 6;
const pollMs = 50;

/** What somebody's list says of a conversation. */
interface Standing {
  readonly id: number;
  readonly seq: number;
  readonly version: number;
  readonly unreadCount: number;
  readonly mentionCount: number;
  readonly readSeq: number;
  readonly memberCount: number;
}

interface View {
  /** Others after what is shown was loaded anew, instead of brought up to date. */
  readonly epochs: readonly number[];
  readonly list: readonly Standing[];
  readonly shown: readonly string[];
}

/** Members of one group, who stay with what they hold in memory; and a guest who goes, and has what waits to be sent on disk. */
export class People implements AsyncDisposable {
  private readonly addresses: Pick<ClientOptions, 'apiUrl' | 'socketUrl'>;
  private readonly group: number;
  private readonly clients: readonly ParleyClient[];
  private readonly folder = mkdtempSync(join(tmpdir(), 'parley-outbox-'));
  private isTalking = false;

  private constructor({ apiUrl, socketUrl }: ServerProcess, { members, group }: GrowthWorld) {
    this.addresses = { apiUrl, socketUrl };
    this.group = group;
    this.clients = members.slice(0, staying).map(({ token }) => createClient({ ...this.addresses, token }));
  }

  static async enter(server: ServerProcess, world: GrowthWorld): Promise<People> {
    const people = new People(server, world);
    await people.withWriter(async (client, connecting) => {
      await connecting;
      await client.account.guest();
      await client.conversation(lobby).sendAndWait('from the one who goes');
    });
    for (const client of people.clients) {
      await client.connect();
      for (const id of [people.group, lobby]) client.conversation(id).open();
    }
    return people;
  }

  /** Everyone reads what there is, and says something. */
  async talk(text: string): Promise<void> {
    for (const client of this.clients) for (const id of [this.group, lobby]) client.conversation(id).markRead();
    await this.settle();
    await Promise.all(
      this.clients.map((client, index) => client.conversation(this.group).sendAndWait(`${text} ${index}`)),
    );
    await this.settle();
  }

  /** Everyone goes on talking until told to stop. */
  talkOn(): { stop(): Promise<void> } {
    this.isTalking = true;
    const talking = this.clients.map(async (client, index) => {
      for (let count = 0; this.isTalking; count++) {
        await client.conversation(this.group).sendAndWait(`on and on ${index} ${count}`);
        await Bun.sleep(pollMs);
      }
    });
    return {
      stop: async () => {
        this.isTalking = false;
        await Promise.all(talking);
      },
    };
  }

  /** Resolves when everyone shows all there is, and what they have read is known everywhere. */
  async settle(): Promise<void> {
    for (;;) {
      const places = this.clients.flatMap((client) => [this.group, lobby].map((id) => isUpToDate(client, id)));
      if ((await Promise.all(places)).every(Boolean)) return;
      await Bun.sleep(pollMs);
    }
  }

  /** Everybody's list, and what they show of the group. */
  views(): readonly View[] {
    return this.clients.map((client) => ({
      epochs: [this.group, lobby].map((id) => client.conversation(id).messages.getSnapshot().epoch),
      list: client.conversations
        .getSnapshot()
        .items.map(standingOf)
        .toSorted((one, other) => one.id - other.id),
      shown: [this.group, lobby].flatMap((id) => shownTo(client, id)),
    }));
  }

  /** The one who goes writes without a server, and goes. */
  async leaveSomethingToSend(text: string): Promise<void> {
    await this.withWriter(async (client) => {
      await client.conversation(lobby).send(text);
    });
  }

  /** They come back, and what waited on disk is sent by itself. */
  async sendWhatWaited(text: string): Promise<void> {
    await this.withWriter(async (client) => {
      client.conversation(lobby).open();
      while (!shownTo(client, lobby).some((line) => /^\d/.test(line) && line.endsWith(text))) await Bun.sleep(pollMs);
    });
  }

  async areBack(): Promise<void> {
    for (const client of this.clients) {
      while (client.connection.getSnapshot().status !== 'online') await Bun.sleep(pollMs);
      expect(client.account.getSnapshot().status).toBe('signed-in');
    }
    await this.settle();
  }

  /** All show the same, each thing once, and this among it in the lobby. */
  expectSame(text: string): void {
    for (const id of [this.group, lobby]) {
      const [first = [], ...others] = this.clients.map((client) => shownTo(client, id));
      for (const shown of others) expect(shown).toEqual(first);
      expect(new Set(first).size).toBe(first.length);
      expect(first.filter((line) => line.endsWith(text))).toHaveLength(id === lobby ? 1 : 0);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isTalking = false;
    await Promise.all(this.clients.map((client) => client.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async withWriter(work: (client: ParleyClient, connecting: Promise<void>) => Promise<void>): Promise<void> {
    await using storage = await openFileStorage(join(this.folder, 'outbox'));
    await using client = createClient({ ...this.addresses, storage });
    // Without a server it resolves when the client is closed.
    const connecting = client.connect().catch(() => undefined);
    await work(client, connecting);
    await client.close();
    await connecting;
  }
}

/** Whether it shows all there is, and its list says so. */
async function isUpToDate(client: ParleyClient, conversationId: number): Promise<boolean> {
  const known = client.conversations.get(conversationId);
  const { conversation } = await client.request('conversation.get', { conversationId });
  if (known === undefined || itemsOf(client, conversationId).at(-1)?.seq !== conversation.seq) return false;
  const { readSeq, unreadCount } = conversation.membership ?? { readSeq: 0, unreadCount: 0 };
  const isSame = known.readSeq === readSeq && known.unreadCount === unreadCount;
  return isSame && known.conversation.version === conversation.version;
}

/** With what is final of each: seq and id. */
function shownTo(client: ParleyClient, conversationId: number): readonly string[] {
  return itemsOf(client, conversationId).map(
    ({ seq, id, content }) => `${seq} ${id} ${content.type === 'text' ? content.text : ''}`,
  );
}

function itemsOf(client: ParleyClient, conversationId: number): readonly MessageItem[] {
  return client.conversation(conversationId).messages.getSnapshot().items;
}

function standingOf({ id, unreadCount, mentionCount, readSeq, memberCount, conversation }: ConversationView): Standing {
  const { seq, version } = conversation;
  return { id, seq, version, unreadCount, mentionCount, readSeq, memberCount };
}
