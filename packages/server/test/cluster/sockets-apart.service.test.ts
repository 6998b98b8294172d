import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { PushOf, Result } from '@parley/protocol';
import { RawStream } from '../connect/raw-stream.ts';
import { SeedTcp, SeedWebSocket, seedPost } from '../seed-client.ts';
import { refusalOf, signIn } from '../security/people.ts';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith } from '../services/service.ts';
import { http } from '../socket-client.ts';
import { helloAt, historyAt, keys, textOf, TwoServers } from './two-servers.ts';

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
        'D16 a session that one node ends has no socket on any node after 5 s, of any kind, and its token is worth nothing anywhere',
        async () => {
          for (const [asked, elsewhere] of [servers.both, servers.both.toReversed()]) {
            const ann = await servers.person(asked);
            const other = await signIn(asked, ann.name);
            const [socket, stays] = [await helloAt(elsewhere, ann), await helloAt(elsewhere, other)];
            const stream = await RawStream.open(elsewhere.ports.ws);
            stream.command(1, 'session.hello', { token: ann.token });
            await stream.json();
            const tcp = await SeedTcp.enter(elsewhere.ports.tcp[0], ann.token, 1);
            const page = await SeedWebSocket.enter(elsewhere.ports.ws, ann.token, 1);
            await http(`${asked.apiUrl}/sessions/current`, { method: 'DELETE', token: ann.token });
            const closing = [socket.closed, stream.closeFrame(), tcp.closed, page.closed];
            const ended = await Promise.all(
              closing.map((closed) => Promise.race([closed.then(() => 'closed'), Bun.sleep(5_000)])),
            );
            expect(ended).toEqual(closing.map(() => 'closed'));
            for (const server of servers.both) {
              expect(await refusalOf(helloAt(server, ann))).toBe('unauthenticated');
              expect(await refusalOf(http(`${server.apiUrl}/me`, { token: ann.token }))).toBe('unauthenticated');
            }
            await stays.command('session.get', {});
            stays.close();
          }
        },
        slow,
      );

      test(
        'D9 I14 who types, comes and goes on one node is seen on the other, with the time they were last seen',
        async () => {
          const [ann, ben] = [await servers.person(), await servers.person(servers.other)];
          const id = await servers.group(ann, [ben]);
          const watcher = await helloAt(servers.other, ben);
          const before = await watcher.command('presence.watch', { userIds: [ann.id] });
          expect(before.items).toMatchObject([{ userId: ann.id, isOnline: false }]);
          const isOnline = (wanted: boolean) => (push: PushOf<'presence'>) => push.presence.isOnline === wanted;
          const [first, second] = await Promise.all(servers.both.map((server) => helloAt(server, ann)));
          await watcher.push('presence', isOnline(true));
          expect((await watcher.command('presence.get', { userIds: [ann.id] })).items).toMatchObject([
            { isOnline: true },
          ]);
          await first!.command('typing.set', { conversationId: id, isTyping: true });
          await watcher.push('typing', (push) => push.conversationId === id && push.userId === ann.id);
          first!.close();
          await first!.closed;
          expect((await watcher.command('presence.get', { userIds: [ann.id] })).items).toMatchObject([
            { isOnline: true },
          ]);
          second!.close();
          const { presence } = await watcher.push('presence', isOnline(false));
          expect(presence).toMatchObject({ userId: ann.id, lastSeenAt: expect.any(Number) });
          for (const { apiUrl } of servers.both) {
            const url = `${apiUrl}/presence/lookup`;
            const { items } = await http<Result<'presence.get'>>(url, {
              token: ben.token,
              body: { userIds: [ann.id] },
            });
            expect(items).toEqual([presence]);
          }
          watcher.close();
        },
        slow,
      );

      test(
        'D3 frames that are posted to another node than the one with the event stream are taken, in their order',
        async () => {
          const ann = await servers.person();
          const id = await servers.group(ann, []);
          const stream = await RawStream.open(servers.one.ports.ws);
          const ports = servers.both.map(({ ports }) => ports.ws).toReversed();
          const frame = (frameId: number, command: string, params: object) =>
            JSON.stringify({ id: frameId, command, params });
          await stream.post(frame(1, 'session.hello', { token: ann.token }), { port: ports[0]! });
          for (const [index, key] of keys(20, 'posted').entries()) {
            const params = { conversationId: id, clientMsgId: key, content: { type: 'text', text: key } };
            const body = frame(index + 2, 'message.send', params);
            expect((await stream.post(body, { port: ports[index % 2]! })).status).toBe(204);
          }
          const stored = async () => (await historyAt(servers.other, ann.token, id)).map(textOf);
          while ((await stored()).at(-1) !== 'posted-19') await Bun.sleep(20);
          expect((await stored()).filter((text) => text.startsWith('posted'))).toEqual([...keys(20, 'posted')]);
          stream.destroy();
        },
        slow,
      );

      test(
        'the seed’s clients on both nodes see each other, and one count of who is there',
        async () => {
          const [ann, ben] = [await servers.person(), await servers.person(servers.other)];
          const page = await SeedWebSocket.enter(servers.one.ports.ws, ann.token, 51);
          const tcp = await SeedTcp.enter(servers.other.ports.tcp[1], ben.token, 51);
          await seedPost(servers.one.ports.api, '/push/pushRoom', {
            authToken: ann.token,
            msg: 'from one',
            roomId: 51,
          });
          tcp.send({ op: 3, authToken: ben.token, roomId: 51, msg: 'from the other' });
          for (const client of [page, tcp])
            for (const text of ['from one', 'from the other']) await client.message(text);
          await seedPost(servers.other.ports.api, '/push/count', { authToken: ben.token, roomId: 51 });
          for (const client of [page, tcp])
            expect(await client.push(({ op }) => op === 4)).toEqual({ op: 4, count: 2 });
          page.close();
          tcp.close();
        },
        slow,
      );
    }),
  ),
);
