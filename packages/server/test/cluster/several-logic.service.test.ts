import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Push, PushOf } from '@parley/protocol';
import { createClient } from '@parley/sdk';
import { until } from '../queue/until.ts';
import { refusalOf, type Person } from '../security/people.ts';
import type { ServerProcess } from '../server-process.ts';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith } from '../services/service.ts';
import type { SocketClient } from '../socket-client.ts';
import { closeAll, helloAt, historyAt, keys, say, send, textOf, TwoServers } from './two-servers.ts';

const slow = 120_000;
describeWith(etcdKind, () =>
  describeWith(redisKind, () =>
    describeWith(postgresKind, () => {
      let servers: TwoServers;
      beforeAll(async () => {
        servers = await TwoServers.open();
      }, slow);
      afterAll(() => servers[Symbol.asyncDispose]());

      test(
        'D3 I3 I4 I6 sends of one conversation through two logic nodes get seqs without a hole, each once, each device in its order',
        async () => {
          const people = await Promise.all(keys(6, 'p').map((_key, index) => servers.person(servers.both[index % 2])));
          const [owner, ...others] = people as [Person, ...Person[]];
          const id = await servers.group(owner, others);
          const sockets = await Promise.all(people.map((person, index) => helloAt(servers.both[index % 2]!, person)));
          const acks = await Promise.all(
            sockets.map((socket, index) => Promise.all(keys(60, `s${index}`).map((key) => send(socket, id, key)))),
          );
          const seqs = acks.flat().map(({ seq }) => seq);
          const [head = 0] = seqs.toSorted((a, b) => b - a);
          for (const server of servers.both) {
            const stored = await historyAt(server, owner.token, id);
            expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
            expect(new Set(stored.map((message) => message.id)).size).toBe(head);
          }
          expect(new Set(seqs).size).toBe(360);
          for (const ofOne of acks)
            expect(ofOne.map(({ seq }) => seq)).toEqual(ofOne.map(({ seq }) => seq).toSorted((a, b) => a - b));
          closeAll(sockets);
        },
        slow,
      );

      test(
        'D4 D5 clients on different nodes end with the same messages, each once and in order, while both nodes send',
        async () => {
          const [ann, ben] = [await servers.person(), await servers.person(servers.other)];
          const id = await servers.group(ann, [ben]);
          const clients = await Promise.all(
            servers.both.flatMap((server) => [ann, ben].map((person) => clientAt(server, person))),
          );
          const sending = clients.map(async (client, index) => {
            for (const text of keys(25, `c${index}`)) await client.conversation(id).sendAndWait(text);
          });
          for (const client of clients) client.conversation(id).open();
          await Promise.all(sending);
          const wanted = (await historyAt(servers.one, ann.token, id)).map(({ seq }) => seq);
          expect(wanted.length).toBeGreaterThanOrEqual(100);
          for (const client of clients) {
            const seqs = () =>
              client
                .conversation(id)
                .messages.getSnapshot()
                .items.map(({ seq }) => seq);
            // What it sent itself stands at its place before what others sent has come.
            await until(async () => expect(seqs()).toEqual(wanted.slice(-Math.max(26, seqs().length))));
            await client.close();
          }
        },
        slow,
      );

      test(
        'D2 one clientMsgId at two logic nodes at once is one message with one ack; with two bodies one of them is refused',
        async () => {
          const ann = await servers.person();
          const id = await servers.group(ann, []);
          const sockets = await Promise.all(servers.both.map((server) => helloAt(server, ann)));
          for (const key of keys(40, 'twice')) {
            const [first, second] = await Promise.all(sockets.map((socket) => send(socket, id, key)));
            expect(first).toEqual(second);
          }
          const ends = await Promise.all(
            keys(20, 'torn').map((key) =>
              Promise.all(sockets.map((socket, index) => refusalOf(say(socket, id, [key, `text ${index}`])))),
            ),
          );
          for (const pair of ends) expect(new Set(pair)).toEqual(new Set([undefined, 'client-msg-id-conflict']));
          const stored = (await historyAt(servers.other, ann.token, id)).filter(
            ({ content }) => content.type === 'text',
          );
          expect(stored.map(({ clientMsgId }) => clientMsgId).toSorted()).toEqual(
            [...keys(40, 'twice'), ...keys(20, 'torn')].toSorted(),
          );
          closeAll(sockets);
        },
        slow,
      );

      test(
        'D8 I10 a removal that one node acked is in force on every node: nothing more is taken from, read by or shown to who was removed',
        async () => {
          const [ann, ben] = [await servers.person(), await servers.person(servers.other)];
          for (let round = 0; round < 10; round++) {
            const id = await servers.group(ann, [ben]);
            const sockets = await Promise.all(servers.both.map((server) => helloAt(server, ann)));
            const removed = await Promise.all(servers.both.map((server) => helloAt(server, ben)));
            const [here, there] = [sockets[round % 2]!, sockets[1 - (round % 2)]!];
            const racing = Promise.allSettled(
              [...sockets, ...removed].flatMap((socket, index) =>
                keys(10, `race${index}`).map((key) => send(socket, id, key)),
              ),
            );
            await here.command('member.remove', { conversationId: id, userId: ben.id });
            const secrets = await Promise.all(
              [here, there].flatMap((socket, index) => keys(5, `canary${index}`).map((key) => send(socket, id, key))),
            );
            for (const socket of removed) {
              expect(await refusalOf(send(socket, id, 'after'))).toBe('not-member');
              expect(await refusalOf(socket.command('message.history', { conversationId: id }))).toBe('not-member');
            }
            await racing;
            for (const socket of removed)
              await socket.push('conversation.removed', (push) => push.conversationId === id);
            const last = Math.max(...secrets.map(({ version }) => version));
            await Promise.all(sockets.map((socket) => heard(socket, id, last)));
            const shown = removed.flatMap(({ pushes }) => pushes.filter((push) => push.push === 'message.changed'));
            expect(shown.filter(({ message }) => textOf(message).startsWith('canary'))).toEqual([]);
            closeAll([...sockets, ...removed]);
          }
        },
        slow,
      );

      test(
        'D4 D16 I11 read cursors that both nodes move at once only grow, and reach the other devices on either node',
        async () => {
          const [ann, ben] = [await servers.person(), await servers.person(servers.other)];
          const id = await servers.group(ann, [ben]);
          const sockets = await Promise.all(servers.both.map((server) => helloAt(server, ann)));
          for (const key of keys(30, 'read')) await send(sockets[0]!, id, key);
          const readers = await Promise.all(servers.both.map((server) => helloAt(server, ben)));
          const answers = await Promise.all(
            Array.from({ length: 30 }, (_, index) => {
              const reader = readers[index % 2]!;
              return reader.command('cursor.advance', { conversationId: id, readSeq: ((index * 7) % 30) + 1 });
            }),
          );
          expect(Math.max(...answers.map(({ readSeq }) => readSeq))).toBe(30);
          const isLast = (push: PushOf<'cursor.moved'>) => push.userId === ben.id && push.readSeq === 30;
          for (const socket of [...sockets, ...readers]) await socket.push('cursor.moved', isLast);
          for (const reader of readers) {
            const late = await reader.command('cursor.advance', { conversationId: id, readSeq: 3 });
            expect(late).toEqual({ deliveredSeq: 30, readSeq: 30 });
            const { conversation } = await reader.command('conversation.get', { conversationId: id });
            expect(conversation.membership).toMatchObject({ readSeq: 30 });
          }
          closeAll([...sockets, ...readers]);
        },
        slow,
      );

      test(
        'rates are counted over all nodes: what one node lets through is not let through again by the other',
        async () => {
          const limited = await Promise.all(
            [1, 2].map(() => servers.cluster.start('api,connect,logic', { PARLEY_RATE_LIMITS: 'on' })),
          );
          const ann = await servers.person();
          const id = await servers.group(ann, []);
          const sockets = await Promise.all(limited.map((server) => helloAt(server, ann)));
          const ends = await Promise.all(
            keys(160, 'fast').map((key, index) => refusalOf(send(sockets[index % 2]!, id, key))),
          );
          expect(ends.filter((end) => end === undefined)).toHaveLength(100);
          expect(ends.filter((end) => end === 'rate-limited')).toHaveLength(60);
          closeAll(sockets);
          await Promise.all(limited.map((server) => server.stop()));
        },
        slow,
      );
    }),
  ),
);

/** Resolves when a socket was told of a version, as a message or as a head. */
async function heard({ pushes }: SocketClient, id: number, version: number): Promise<void> {
  const reached = (push: Push): boolean => {
    if (push.push === 'message.changed') return push.message.conversationId === id && push.message.version >= version;
    return push.push === 'conversation.head' && push.conversationId === id && push.version >= version;
  };
  while (!pushes.some(reached)) await Bun.sleep(20);
}

async function clientAt({ apiUrl, socketUrl }: ServerProcess, { name }: Person) {
  const client = createClient({ apiUrl, socketUrl });
  await client.connect();
  await client.account.signIn({ userName: name, password: 'correct horse battery' });
  return client;
}
