import { describe, expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import { online, open } from './scripted-client.ts';
import { Client } from '../src/client.ts';
import { ok, refused, ScriptedServer, welcome } from './scripted-server.ts';

describe('connection', () => {
  test('D6 after a loss it comes back by itself and says where it stands', async () => {
    const { server, client } = await online();
    expect(server.sent('session.hello')[0]?.params).toEqual({ token: 'token' });
    server.link.lose();
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'waiting', attempt: 1, retryAt: 1_000_250 });
    await server.pass(250);
    expect(client.connection.getSnapshot().status).toBe('online');
    expect(server.sent('session.hello')[1]?.params).toEqual({ token: 'token', since: 500 });
  });

  test('retryNow does not wait for the time', async () => {
    const { server, client } = await online();
    server.link.lose(closeCodes.overloaded.code);
    client.connection.retryNow();
    await server.pass(0);
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'online', attempt: 0, hasBeenOnline: true });
  });

  test('a session that ended elsewhere is not tried again and says why', async () => {
    const { server, client } = await online();
    const ended: string[] = [];
    client.on('session.ended', ({ reason }) => ended.push(reason));
    server.link.lose(closeCodes.replaced.code);
    await server.pass(60_000);
    expect(client.account.getSnapshot()).toEqual({ status: 'signed-out', endedBy: 'replaced' });
    expect([ended, server.links.length]).toEqual([['replaced'], 1]);
  });

  test('connect rejects when the token is not valid', async () => {
    const { server, client } = open();
    server.answers['session.hello'] = () => refused('unauthenticated');
    const connected = client.connect().catch((error: unknown) => error);
    await server.pass(0);
    expect(await connected).toMatchObject({ code: 'unauthenticated' });
  });

  test('a draining node is left for a new link before it goes, and what it still owes is waited for', async () => {
    const { server, client } = await online();
    const old = server.link;
    const devices = client.account.devices();
    await server.pass(0);
    old.push({ push: 'server.draining', retryAfterMs: 2_000 });
    await server.pass(1_999);
    expect(server.links).toHaveLength(1);
    await server.pass(1);
    expect([server.links.length, client.connection.getSnapshot().status, old.isClosed]).toEqual([2, 'online', false]);
    old.reply(
      old.frames.find((frame) => frame.command === 'device.list')!,
      ok({ items: [] }),
    );
    expect(await devices).toEqual([]);
    expect(old.isClosed).toBe(true);
  });

  test('F19 while a draining node still serves it, a client tries others ever more rarely', async () => {
    const { server, client } = await online();
    server.answers['session.hello'] = () => undefined;
    server.link.push({ push: 'server.draining', retryAfterMs: 0 });
    for (let waited = 0; waited < 10_000; waited += 50) {
      await server.pass(50);
      if (server.links.length > 1 && !server.link.isClosed) server.link.lose();
    }
    expect(client.connection.getSnapshot().status).toBe('online');
    expect(server.links.length).toBeLessThan(8);
  });

  test('F9 a dead link with nothing to say is given up after an unanswered ping and another', async () => {
    const { server, client } = await online();
    server.answers['session.ping'] = () => undefined;
    await server.pass(25_000 + 10_000 + 5_000);
    expect([server.sent('session.ping').length, server.links[0]?.isClosed]).toEqual([2, true]);
    await server.pass(5_000);
    expect([server.links.length, client.connection.getSnapshot().status]).toEqual([2, 'online']);
  });

  test('F9 a dead link is given up within 15 seconds of a command it swallows', async () => {
    const { server, client } = await online();
    server.answers['user.get'] = server.answers['session.ping'] = () => undefined;
    const asked = client.users.get(2).catch((error: unknown) => error);
    await server.pass(10_000 + 5_000);
    expect(await asked).toMatchObject({ code: 'deadline-exceeded' });
    expect([server.sent('session.ping').length, server.links[0]?.isClosed]).toEqual([1, true]);
  });

  test('a command that takes too long on a link that lives ends alone', async () => {
    const { server, client } = await online();
    server.answers['user.get'] = () => undefined;
    const asked = client.users.get(2).catch((error: unknown) => error);
    await server.pass(9_000);
    server.link.push({ push: 'typing', conversationId: 1, userId: 2, isTyping: true });
    await server.pass(10_000);
    expect(await asked).toMatchObject({ code: 'deadline-exceeded' });
    expect([server.sent('session.ping').length, server.links.length]).toEqual([0, 1]);
  });

  test('what only reads is asked again after a loss; of anything else it is said that the outcome is unknown', async () => {
    const { server, client } = await online();
    const read = client.users.get(2);
    const write = client.account.update({ bio: 'new' }).catch((error: unknown) => error);
    await server.pass(0);
    server.link.lose();
    server.answers['user.get'] = () =>
      ok({ user: { id: 2, name: 'bob', displayName: 'Bob', kind: 'person', bio: '' } });
    await server.pass(250);
    expect((await read).name).toBe('bob');
    expect(await write).toMatchObject({ code: 'deadline-exceeded' });
    expect(server.sent('account.update')).toHaveLength(1);
  });

  test('pushes that come before the hello is answered wait for the list they belong to', async () => {
    const { server, client } = open();
    server.answers['session.hello'] = () => undefined;
    const heard: string[] = [];
    client.on('push', ({ push }) => heard.push(`${push.push} as ${client.account.getSnapshot().account?.name}`));
    const connected = client.connect();
    await server.pass(0);
    server.link.push({ push: 'typing', conversationId: 1, userId: 2, isTyping: true });
    expect(heard).toEqual([]);
    server.link.reply(server.frames[0]!, welcome([]));
    await connected;
    expect(heard).toEqual(['typing as ada']);
  });

  test('F12 a clock that is set back does not keep a silent link alive', async () => {
    let shiftMs = 0;
    const server = new ScriptedServer();
    server.answers['session.ping'] = () => undefined;
    const now = () => server.environment.now() + shiftMs;
    const client = new Client({ url: 'http://parley.test', token: 'token' }, { ...server.environment, now });
    void client.connect();
    await server.pass(0);
    shiftMs = -86_400_000;
    await server.pass(31_000);
    expect([server.links[0]?.isClosed, server.links.length]).toEqual([true, 2]);
  });

  test('F2 a machine that slept finds out within seconds whether its link still lives', async () => {
    let sleptMs = 0;
    const server = new ScriptedServer();
    server.answers['session.ping'] = () => undefined;
    const now = () => server.environment.now() + sleptMs;
    const client = new Client({ url: 'http://parley.test', token: 'token' }, { ...server.environment, now });
    void client.connect();
    await server.pass(0);
    sleptMs = 40_000;
    await server.pass(25_000 + 5_000);
    expect([server.sent('session.ping').length, server.links[0]?.isClosed]).toEqual([1, true]);
  });
});
