import { expect, test } from 'bun:test';
import { createClient, type ParleyClient } from '@parley/sdk';
import { etcdKind } from '../services/etcd.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith, Service } from '../services/service.ts';
import { RolesApart } from './roles-apart.ts';

const slow = 90_000;

describeWith(etcdKind, () =>
  describeWith(redisKind, () => {
    test(
      'people on different connect nodes talk through either logic node, and one that leaves costs no message',
      async () => {
        await using etcd = await Service.start(etcdKind);
        await using redis = await Service.start(redisKind);
        const registryUrl = `etcd://127.0.0.1:${etcd.port}/apart`;
        await using apart = await RolesApart.open({ registryUrl, presenceUrl: `redis://127.0.0.1:${redis.port}` });
        const leave = await apart.startLogic();
        await apart.startLogic();
        await apart.startTask();
        const [ann, ben] = [await guestAt(await apart.startConnect()), await guestAt(await apart.startConnect())];
        const sent: string[] = [];
        const send = async (from: ParleyClient): Promise<void> => {
          sent.push(`message ${sent.length}`);
          await from.conversation(1).sendAndWait(sent.at(-1) ?? '');
        };
        for (let count = 0; count < 20; count++) await send(count % 2 === 0 ? ann : ben);
        const left = leave();
        for (let count = 0; count < 20; count++) await send(count % 2 === 0 ? ann : ben);
        await left;
        await send(ann);
        for (const client of [ann, ben]) {
          while (textsOf(client).length < sent.length) await Bun.sleep(20);
          expect(textsOf(client)).toEqual(sent);
        }
        expect((await ann.request('presence.count', { conversationId: 1 })).count).toBe(2);
        await Promise.all([ann.close(), ben.close()]);
      },
      slow,
    );
  }),
);

async function guestAt(url: string): Promise<ParleyClient> {
  const client = createClient({ url });
  await client.connect();
  await client.account.guest({ displayName: 'Guest' });
  client.conversation(1).open();
  return client;
}

function textsOf(client: ParleyClient): readonly string[] {
  const { items } = client.conversation(1).messages.getSnapshot();
  return items.flatMap(({ content }) => (content?.type === 'text' ? [content.text] : []));
}
