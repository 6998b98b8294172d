import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { encodePacket, PacketDecoder, packetLimits, type Result } from '@parley/protocol';
import { RawSocket } from '../connect/raw-socket.ts';
import { RawStream } from '../connect/raw-stream.ts';
import { SeedTcp, seedPost } from '../seed-client.ts';
import { ServerProcess } from '../server-process.ts';
import { http, SocketClient } from '../socket-client.ts';
import { password, refusalOf, register, signIn } from './people.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off', PARLEY_SOCKETS_PER_USER: '5' });
});
afterAll(() => server[Symbol.asyncDispose]());

/** How long an ended session's sockets may live. [D16] */
const within = (closed: Promise<number>): Promise<number | 'open'> =>
  Promise.race([closed, Bun.sleep(5_000).then(() => 'open' as const)]);

const me = (token: string) => http<Result<'session.get'>>(`${server.apiUrl}/me`, { token });

describe('after its end a session is worth nothing', () => {
  test('sign-out over HTTP: the token, the open sockets, new sockets and the seed’s wire', async () => {
    const ann = await register(server, 'ann');
    const [socket, second] = [await ann.hello(), await ann.hello()];
    const tcp = await SeedTcp.enter(server.ports.tcp[0], ann.token, 1);
    const stream = await RawStream.open(server.ports.ws);
    stream.command(1, 'session.hello', { token: ann.token });
    await stream.json();
    await me(ann.token);
    await http(`${server.apiUrl}/sessions/current`, { method: 'DELETE', token: ann.token });
    expect(await Promise.all([within(socket.closed), within(second.closed)])).toEqual([4500, 4500]);
    await tcp.closed;
    expect(await within(stream.closeFrame().then(({ code }) => code))).toBe(4500);
    stream.destroy();
    expect(await refusalOf(me(ann.token))).toBe('unauthenticated');
    expect(await refusalOf(SocketClient.hello(server.socketUrl, ann.token))).toBe('unauthenticated');
    expect(await refusalOf(socket.command('session.get', {}))).toContain('closed');
    expect((await seedPost(server.ports.api, '/user/checkAuth', { authToken: ann.token })).code).toBe(40_000);
    expect(
      (await seedPost(server.ports.api, '/push/pushRoom', { authToken: ann.token, msg: 'x', roomId: 1 })).code,
    ).toBe(40_000);
  });

  test('sign-out on one socket ends the device’s others, and no other device', async () => {
    const ben = await register(server, 'ben');
    const other = await signIn(server, 'ben');
    const [asking, beside, elsewhere] = [await ben.hello(), await ben.hello(), await other.hello()];
    await asking.command('session.delete', {}).catch(() => undefined);
    expect(await Promise.all([within(asking.closed), within(beside.closed)])).toEqual([4500, 4500]);
    await elsewhere.command('session.get', {});
    expect(await refusalOf(me(ben.token))).toBe('unauthenticated');
    elsewhere.close();
  });

  test('a new password ends every other device', async () => {
    const cem = await register(server, 'cem');
    const other = await signIn(server, 'cem');
    const [own, elsewhere] = [await cem.hello(), await other.hello()];
    await own.command('account.changePassword', { currentPassword: password, newPassword: 'another horse battery' });
    expect(await within(elsewhere.closed)).toBe(4501);
    expect(await refusalOf(me(other.token))).toBe('unauthenticated');
    await own.command('session.get', {});
    own.close();
  });

  test('ending another device closes its sockets; a stranger’s device is not found', async () => {
    const [dan, eve] = [await register(server, 'dan'), await register(server, 'eve')];
    const other = await signIn(server, 'dan');
    const [socket, elsewhere] = [await dan.hello(), await other.hello()];
    const { items } = await socket.command('device.list', {});
    const target = items.find((device) => !device.isCurrent);
    const spy = await eve.hello();
    await spy.command('device.end', { deviceId: target?.id ?? 0 }).catch(() => undefined);
    await elsewhere.command('session.get', {});
    await socket.command('device.end', { deviceId: target?.id ?? 0 });
    expect(await within(elsewhere.closed)).toBe(4501);
    for (const client of [socket, spy]) client.close();
  });
});

test('one user holds so many sockets and no more', async () => {
  const finn = await register(server, 'finn');
  const sockets = await Promise.all(Array.from({ length: 5 }, () => finn.hello()));
  const sixth = await SocketClient.open(server.socketUrl);
  await sixth.command('session.hello', { token: finn.token }).catch(() => undefined);
  expect(await within(sixth.closed)).toBe(4402);
  for (const socket of sockets) {
    await socket.command('session.get', {});
    socket.close();
  }
});

interface Frame {
  readonly id?: number;
  readonly error?: { readonly code: string };
  readonly result?: { readonly seq?: number; readonly message?: { readonly senderId: number } };
}

describe('identity never comes from a payload', () => {
  const forged = (victim: number) => ({ userId: victim, senderId: victim, fromUserId: victim, fromUserName: 'victim' });
  const said = (text: string) =>
    ({ conversationId: 1, clientMsgId: crypto.randomUUID(), content: { type: 'text', text } }) as const;

  test('over WebSocket and HTTP forged fields are refused, and the sender is the session’s', async () => {
    const [gus, victim] = [await register(server, 'gus'), await register(server, 'victim')];
    const socket = await gus.hello();
    await socket.command('conversation.join', { conversationId: 1 });
    const forgery = { ...said('forged'), ...forged(victim.id) };
    expect(await refusalOf(socket.command('message.send', forgery))).toBe('invalid-params');
    const { conversationId, ...body } = forgery;
    expect(
      await refusalOf(http(`${server.apiUrl}/conversations/${conversationId}/messages`, { token: gus.token, body })),
    ).toBe('invalid-params');
    expect(await refusalOf(http(`${server.apiUrl}/me?userId=${victim.id}`, { token: gus.token }))).toBe(
      'invalid-params',
    );
    await socket.command('conversation.watch', { conversationId: 1 });
    await socket.command('message.send', said('honest'));
    const { message } = await socket.push(
      'message.changed',
      (push) => push.message.content.type === 'text' && push.message.content.text === 'honest',
    );
    expect(message.senderId).toBe(gus.id);
    socket.close();
  });

  test('over TCP and event streams they are refused, and the sender is the session’s', async () => {
    const [ida, victim] = [await register(server, 'ida'), await register(server, 'victim3')];
    const tcp = await RawSocket.open(server.ports.tcp[0]);
    const stream = await RawStream.open(server.ports.ws);
    const decoder = new PacketDecoder(packetLimits.v2ServerPayloadBytesMax);
    const texts: string[] = [];
    const overTcp = async (frame: object): Promise<Frame> => {
      tcp.write(encodePacket('v2', JSON.stringify(frame)));
      for (;;) {
        const reply = texts.map((text) => JSON.parse(text) as Frame).find(({ id }) => id === (frame as Frame).id);
        if (reply !== undefined) return reply;
        texts.push(
          ...(await tcp.read((bytes) =>
            bytes.length === 0 ? undefined : { value: decoder.push(bytes), used: bytes.length },
          )),
        );
      }
    };
    const overStream = async (frame: object): Promise<Frame> => {
      stream.sendText(JSON.stringify(frame));
      for (;;) {
        const reply = (await stream.json()) as Frame;
        if (reply.id === (frame as Frame).id) return reply;
      }
    };
    for (const ask of [overTcp, overStream]) {
      await ask({ id: 1, command: 'session.hello', params: { token: ida.token } });
      await ask({ id: 2, command: 'conversation.join', params: { conversationId: 1 } });
      const forgery = await ask({
        id: 3,
        command: 'message.send',
        params: { ...said('forged'), ...forged(victim.id) },
      });
      expect(forgery.error?.code).toBe('invalid-params');
      const { result } = await ask({ id: 4, command: 'message.send', params: said('honest') });
      const { result: read } = await ask({
        id: 5,
        command: 'message.get',
        params: { conversationId: 1, seq: result?.seq },
      });
      expect(read?.message?.senderId).toBe(ida.id);
    }
    tcp.destroy();
    stream.socket.destroy();
  });

  test('over the seed’s HTTP and TCP they are ignored', async () => {
    const [hal, victim] = [await register(server, 'hal'), await register(server, 'victim2')];
    const tcp = await SeedTcp.enter(server.ports.tcp[1], hal.token, 1);
    tcp.send({ op: 3, roomId: 1, msg: 'over tcp', ...forged(victim.id) });
    expect(await tcp.message('over tcp')).toMatchObject({ fromUserId: hal.id, fromUserName: 'hal' });
    await seedPost(server.ports.api, '/push/pushRoom', {
      authToken: hal.token,
      msg: 'over http',
      roomId: 1,
      ...forged(victim.id),
    });
    expect(await tcp.message('over http')).toMatchObject({ fromUserId: hal.id, fromUserName: 'hal' });
    tcp.close();
  });
});
