import { expect, test } from 'bun:test';
import { createClient, type ParleyClient } from '@parley/sdk';
import { RedisClient } from 'bun';
import { ServerProcess } from './server-process.ts';
import { redisKind } from './services/redis.ts';
import { describeWith, Service } from './services/service.ts';

/** A push that was lost is found by the next head, within 30 s. */
const slow = 180_000;

describeWith(redisKind, () => {
  test(
    'F3 D15 Redis emptied, killed and started again costs no message, and nobody their connection',
    async () => {
      await using redis = await Service.start(redisKind);
      const url = `redis://127.0.0.1:${redis.port}/3`;
      await using server = await ServerProcess.start({ PARLEY_PRESENCE_URL: url });
      await using ann = await Guest.enter(server);
      await using ben = await Guest.enter(server);
      await ann.tells(ben, 'before');
      await command(url, 'FLUSHALL');
      await ann.tells(ben, 'emptied');
      await redis.kill();
      await ann.tells(ben, 'killed');
      expect((await fetch(`http://127.0.0.1:${server.ports.ops}/readyz`)).status).toBe(503);
      await redis.start();
      await until(async () => (await command(url, 'EXISTS', '{parley}:nodes')) === 1);
      await ben.tells(ann, 'started again');
      await using cat = await Guest.enter(server);
      await cat.tells(ben, 'and somebody new');
      expect([ann.losses, ben.losses]).toEqual([0, 0]);
    },
    slow,
  );
});

/** Somebody who has the lobby open. */
class Guest implements AsyncDisposable {
  private readonly client: ParleyClient;
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

  private get texts(): readonly string[] {
    const { items } = this.lobby.messages.getSnapshot();
    return items.flatMap(({ content }) => (content?.type === 'text' ? [content.text] : []));
  }
}

async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const client = new RedisClient(url);
  const answer: unknown = await client.send(name, args);
  client.close();
  return answer;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(50);
}
