import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SeedTcp, SeedWebSocket, seedPost } from './seed-client.ts';
import { ServerProcess } from './server-process.ts';
import { SocketClient } from './socket-client.ts';

let server: ServerProcess;
let ports: ServerProcess['ports'];
beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  ports = server.ports;
});
afterAll(() => server[Symbol.asyncDispose]());

let people = 0;
interface Person {
  readonly token: string;
  readonly id: number;
  readonly name: string;
}

async function person(): Promise<Person> {
  const name = `seeduser${++people}`;
  const { data: token } = await seedPost<string>(ports.api, '/user/register', {
    userName: name,
    passWord: 'correct horse battery',
  });
  const { data } = await seedPost<{ userId: number; userName: string }>(ports.api, '/user/checkAuth', {
    authToken: token,
  });
  return { token, id: data.userId, name };
}

const pushRoom = (from: Person, msg: string, roomId = 1) =>
  seedPost(ports.api, '/push/pushRoom', { authToken: from.token, msg, roomId });
const pushTo = (from: Person, to: Person, msg: string) =>
  seedPost(ports.api, '/push/push', { authToken: from.token, msg, toUserId: String(to.id), roomId: 1 });

describe('the seed’s HTTP', () => {
  test('registers, signs in, checks and signs out with the seed’s codes and messages', async () => {
    const registered = await seedPost<string>(ports.api, '/user/register', {
      userName: 'anna',
      passWord: 'correct horse battery',
    });
    expect(registered).toMatchObject({ code: 0, message: 'register success' });
    const login = await seedPost<string>(ports.api, '/user/login', {
      userName: 'anna',
      passWord: 'correct horse battery',
    });
    expect(login).toMatchObject({ code: 0, message: 'login success' });
    expect(login.data).toMatch(/^[\w-]{43}$/);
    const checked = await seedPost<{ userId: number; userName: string }>(ports.api, '/user/checkAuth', {
      authToken: login.data,
    });
    expect(checked).toMatchObject({ code: 0, data: { userName: 'anna', userId: expect.any(Number) } });
    expect(await seedPost(ports.api, '/user/logout', { authToken: login.data })).toMatchObject({ code: 0, data: null });
    expect(await seedPost(ports.api, '/user/checkAuth', { authToken: login.data })).toMatchObject({ code: 40_000 });
  });

  test('answers 1 for what fails and 40000 for a bad or missing token', async () => {
    expect((await seedPost(ports.api, '/user/login', { userName: 'anna', passWord: 'wrong wrong wrong' })).code).toBe(
      1,
    );
    expect(
      (await seedPost(ports.api, '/user/register', { userName: 'anna', passWord: 'correct horse battery' })).code,
    ).toBe(1);
    expect((await seedPost(ports.api, '/user/register', 'no json')).code).toBe(1);
    expect((await seedPost(ports.api, '/push/pushRoom', { msg: 'x', roomId: 1 })).code).toBe(40_000);
    expect(
      (await seedPost(ports.api, '/push/push', { authToken: 'nonsense', msg: 'x', toUserId: '1', roomId: 1 })).code,
    ).toBe(40_000);
  });

  test('lets a page of another loopback port through, and no other origin', async () => {
    const ask = (origin: string) =>
      fetch(`http://127.0.0.1:${ports.api}/user/login`, {
        method: 'OPTIONS',
        headers: { origin: origin, 'access-control-request-method': 'POST' },
      });
    expect((await ask('http://localhost:8080')).headers.get('access-control-allow-origin')).toBe(
      'http://localhost:8080',
    );
    expect((await ask('http://127.0.0.1:9')).headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:9');
    expect((await ask('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the seed’s sockets', () => {
  test('a WebSocket client, a TCP client and a Parley client in room 1 see each other’s messages', async () => {
    const [a, b, c] = [await person(), await person(), await person()];
    const ws = await SeedWebSocket.enter(ports.ws, a.token, 1);
    const tcp = await SeedTcp.enter(ports.tcp[0], b.token, 1);
    const parley = await SocketClient.hello(server.socketUrl, c.token);
    await parley.command('conversation.watch', { conversationId: 1 });

    await pushRoom(a, 'over http');
    tcp.send({ op: 3, authToken: b.token, roomId: 1, msg: 'over tcp' });
    await parley.command('message.send', {
      conversationId: 1,
      clientMsgId: 'p1',
      content: { type: 'text', text: 'over parley' },
    });

    for (const text of ['over http', 'over tcp', 'over parley']) {
      expect((await ws.message(text)).op).toBe(3);
      expect((await tcp.message(text)).op).toBe(3);
      await parley.push(
        'message.changed',
        ({ message }) => message.content.type === 'text' && message.content.text === text,
      );
    }
    const frame = await ws.message('over tcp');
    expect(frame).toMatchObject({ code: 0, fromUserId: b.id, fromUserName: b.name, roomId: 1 });
    expect(frame.createTime).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    for (const client of [ws, tcp, parley]) client.close();
  });

  test('a private message is op 2 with both names, on WebSocket and TCP alike', async () => {
    const [a, b] = [await person(), await person()];
    const ws = await SeedWebSocket.enter(ports.ws, b.token, 1);
    const tcp = await SeedTcp.enter(ports.tcp[1], b.token, 1);
    expect(await pushTo(a, b, 'for you')).toMatchObject({ code: 0, message: 'ok', data: null });
    for (const client of [ws, tcp]) {
      expect(await client.message('for you')).toMatchObject({
        op: 2,
        code: 0,
        fromUserId: a.id,
        fromUserName: a.name,
        toUserId: b.id,
        toUserName: b.name,
        roomId: 1,
      });
      client.close();
    }
  });

  test('count and room info are pushed as op 4 and op 5', async () => {
    const a = await person();
    const ws = await SeedWebSocket.enter(ports.ws, a.token, 41);
    expect(await seedPost(ports.api, '/push/count', { authToken: a.token, roomId: 41 })).toMatchObject({
      code: 0,
      message: 'ok',
    });
    expect(await ws.push((push) => push.op === 4)).toEqual({ op: 4, count: 1 });
    await seedPost(ports.api, '/push/getRoomInfo', { authToken: a.token, roomId: 41 });
    expect(await ws.push((push) => push.op === 5)).toEqual({
      op: 5,
      roomId: 41,
      count: 1,
      roomUserInfo: { [String(a.id)]: a.name },
    });
    ws.close();
  });

  test('sticky, split and single-byte TCP packets are read alike', async () => {
    const a = await person();
    const tcp = await SeedTcp.enter(ports.tcp[0], a.token, 42);
    const packets = Buffer.concat(
      Array.from({ length: 20 }, (_, index) =>
        SeedTcp.packet({ op: 3, authToken: a.token, roomId: 42, msg: `part ${index}` }),
      ),
    );
    await tcp.write(packets.subarray(0, 333));
    for (const byte of packets.subarray(333, 600)) await tcp.write(Uint8Array.of(byte));
    await tcp.write(packets.subarray(600));
    await tcp.message('part 19');
    expect(tcp.pushes.filter((push) => push.op === 3).map((push) => push.msg)).toEqual(
      Array.from({ length: 20 }, (_, index) => `part ${index}`),
    );
    tcp.close();
  });
});

describe('one request stops a process', () => {
  test('a private message to a user without a live route is stored, and everything goes on', async () => {
    const [a, b] = [await person(), await person()];
    expect((await pushTo(a, b, 'while you are away')).code).toBe(0);
    const parley = await SocketClient.hello(server.socketUrl, b.token);
    const { items } = await parley.command('conversation.list', {});
    expect(items.find((item) => item.peer?.id === a.id)?.lastMessage?.content).toEqual({
      type: 'text',
      text: 'while you are away',
    });
    parley.close();
  });

  test('an auth frame with the token map_<uid> is refused and disturbs nobody', async () => {
    const a = await person();
    const witness = await SeedWebSocket.enter(ports.ws, a.token, 1);
    const forged = await SeedWebSocket.open(ports.ws);
    forged.send({ authToken: `map_${a.id}`, roomId: 1 });
    await forged.closed;
    await pushRoom(a, 'still here after map_');
    await witness.message('still here after map_');
    witness.close();
  });

  test.each([
    ['five bytes v1 FF FF 00', [0x76, 0x31, 0xff, 0xff, 0x00]],
    ['a length of 0', [0x76, 0x31, 0x00, 0x00]],
    ['a length below the header', [0x76, 0x31, 0x00, 0x03, 0x7b]],
    ['another version', [0x76, 0x39, 0x00, 0x06, 0x7b, 0x7d]],
    ['a v2 packet that says 4 GB', [0x76, 0x32, 0xff, 0xff, 0xff, 0xff]],
    ['no JSON', [0x76, 0x31, 0x00, 0x06, 0xc3, 0x28]],
  ])('%s over TCP close that socket and no other', async (_name, bytes) => {
    const a = await person();
    const witness = await SeedTcp.enter(ports.tcp[0], a.token, 1);
    const bad = await SeedTcp.open(ports.tcp[0]);
    await bad.write(Uint8Array.from(bytes));
    await bad.closed;
    witness.send({ op: 3, authToken: a.token, roomId: 1, msg: `after ${_name}` });
    await witness.message(`after ${_name}`);
    witness.close();
  });

  test('the auth frame sent twice on one socket still gives each message once', async () => {
    const a = await person();
    const ws = await SeedWebSocket.enter(ports.ws, a.token, 1);
    for (let again = 0; again < 3; again++) ws.send({ authToken: a.token, roomId: 1 });
    await pushRoom(a, 'once only');
    await pushRoom(a, 'once only, end');
    await ws.message('once only, end');
    expect(ws.pushes.filter((push) => push.msg === 'once only')).toHaveLength(1);
    ws.close();
  });

  test('the site starts and serves alone', async () => {
    await using site = await ServerProcess.start({ PARLEY_ROLES: 'site' });
    expect((await fetch(`http://127.0.0.1:${site.ports.site}/`)).status).toBe(200);
  });
});

describe('messages lost, doubled, reordered', () => {
  test('a message is there after the process died right behind the answer', async () => {
    const [a, b] = [await person(), await person()];
    expect((await pushTo(a, b, 'just before the end')).code).toBe(0);
    await server.kill();
    await server.start();
    const parley = await SocketClient.hello(server.socketUrl, b.token);
    const { items } = await parley.command('conversation.list', {});
    expect(items.find((item) => item.peer?.id === a.id)?.lastMessage?.content).toEqual({
      type: 'text',
      text: 'just before the end',
    });
    parley.close();
  });

  test('the end of an old socket leaves the user’s new one connected', async () => {
    const [a, b] = [await person(), await person()];
    const older = await SeedWebSocket.enter(ports.ws, b.token, 1);
    const newer = await SeedWebSocket.enter(ports.ws, b.token, 1);
    older.close();
    await older.closed;
    await pushTo(a, b, 'to the newer');
    await newer.message('to the newer');
    newer.close();
  });

  test('every connection of a user gets private messages, the sender’s other devices too', async () => {
    const [a, b] = [await person(), await person()];
    const sockets = [
      await SeedWebSocket.enter(ports.ws, a.token, 1),
      await SeedWebSocket.enter(ports.ws, b.token, 1),
      await SeedTcp.enter(ports.tcp[0], b.token, 1),
    ];
    await pushTo(a, b, 'everywhere');
    await Promise.all(sockets.map((socket) => socket.message('everywhere')));
    for (const socket of sockets) socket.close();
  });

  test('400 private messages under backlog arrive in order, once each', async () => {
    const [a, b] = [await person(), await person()];
    const ws = await SeedWebSocket.enter(ports.ws, b.token, 1);
    const parley = await SocketClient.hello(server.socketUrl, a.token);
    const { conversation } = await parley.command('conversation.direct', { userId: b.id });
    const numbers = Array.from({ length: 400 }, (_, index) => index);
    const send = (number: number) =>
      parley.command('message.send', {
        conversationId: conversation.id,
        clientMsgId: `n${number}`,
        content: { type: 'text', text: `number ${number}` },
      });
    await Promise.all(numbers.slice(0, 200).map(send));
    await Promise.all(numbers.slice(200).map(send));
    await ws.message('number 399');
    const received = ws.pushes.filter((push) => push.op === 2).map((push) => Number(push.msg?.slice(7)));
    expect(received).toEqual(numbers);
    ws.close();
    parley.close();
  });

  test('a leave sends no empty frame', async () => {
    const [a, b] = [await person(), await person()];
    const stays = await SeedWebSocket.enter(ports.ws, a.token, 43);
    const leaves = await SeedWebSocket.enter(ports.ws, b.token, 43);
    leaves.close();
    await stays.push((push) => push.op === 5 && push.count === 1 && push.roomUserInfo?.[String(b.id)] === undefined);
    expect(stays.frames.filter((frame) => frame.trim() === '')).toEqual([]);
    stays.close();
  });

  test('a text the seed’s TCP framing cannot hold is refused, and the framing stays whole', async () => {
    const a = await person();
    const tcp = await SeedTcp.enter(ports.tcp[0], a.token, 44);
    tcp.send({ op: 3, authToken: a.token, roomId: 44, msg: 'x'.repeat(32_600) });
    await tcp.push((push) => push.code === 1);
    tcp.send({ op: 3, authToken: a.token, roomId: 44, msg: 'short' });
    await tcp.message('short');
    tcp.close();
  });
});
