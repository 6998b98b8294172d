import { describe, expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import { group } from './group.ts';
import { memoryStorage } from '../src/storage.ts';
import { online, open } from './scripted-client.ts';
import { ok, refused, ScriptedServer } from './scripted-server.ts';

const caught = (error: unknown): unknown => error;

describe('when the session ends', () => {
  test('whoever waits for a message is told', async () => {
    const { server, client } = await online();
    const sent = client.conversation(7).sendAndWait('hello').catch(caught);
    await server.pass(0);
    server.link.lose(closeCodes.replaced.code);
    expect(await sent).toMatchObject({ code: 'unauthenticated' });
  });

  test('by signing out, too', async () => {
    const { server, client } = await online();
    const sent = client.conversation(7).sendAndWait('hello').catch(caught);
    await server.pass(0);
    await client.account.signOut();
    expect(await sent).toMatchObject({ code: 'unauthenticated' });
  });

  test('by signing out, nothing of it stays on this device, and nothing more goes out', async () => {
    const { server, client, storage } = await online();
    await client.conversation(7).send('first', { clientMsgId: 'm1' });
    const late = client.conversation(8).send('in the middle', { clientMsgId: 'm2' });
    await client.account.signOut();
    expect(await late).toBe('m2');
    const sent = server.frames.length;
    await server.pass(60_000);
    expect(await storage.keys('')).toEqual([]);
    expect([server.links.length, server.frames.length]).toEqual([1, sent]);
    expect(client.conversation(7).messages.getSnapshot().items).toEqual([]);
  });

  test('by signing out, whoever signs in before that is done stays signed in', async () => {
    const server = new ScriptedServer();
    const { kept, storage } = slowStorage(server);
    const { client } = open(server, storage, {});
    server.session = 'first';
    void client.account.signIn({ userName: 'ada', password: 'secret' });
    await server.pass(4_000);
    const signedOut = client.account.signOut();
    server.session = 'second';
    const signedIn = client.account.signIn({ userName: 'bob', password: 'secret' });
    await server.pass(4_000);
    await Promise.all([signedOut, signedIn]);
    expect([client.account.getSnapshot().status, client.connection.getSnapshot().status]).toEqual([
      'signed-in',
      'online',
    ]);
    expect(server.sent('session.hello').map(({ params }) => params['token'])).toEqual(['first', 'second']);
    expect(await kept.get('parley:session')).toContain('second');
  });

  test('by another one that begins, what is written from then on goes out in its name', async () => {
    const server = new ScriptedServer();
    const { client } = open(server, slowStorage(server).storage);
    void client.connect();
    await server.pass(0);
    server.session = 'another';
    const signedIn = client.account.signIn({ userName: 'bob', password: 'secret' });
    await server.pass(0);
    const sent = client.conversation(7).send('mine', { clientMsgId: 'm1' });
    await server.pass(4_000);
    await Promise.all([signedIn, sent]);
    expect(server.links.map(({ frames }) => frames.map(({ command }) => command))).toEqual([
      ['session.hello'],
      ['session.hello', 'message.send'],
    ]);
  });

  test('people who are still shown are looked up in the name of whoever comes next', async () => {
    const { server, client } = await online();
    server.answers['user.lookup'] = () =>
      ok({ items: [{ id: 2, name: 'bob', displayName: 'Bob', kind: 'person', bio: '' }] });
    const bob = client.users.live(2);
    bob.subscribe(() => undefined);
    await server.pass(10);
    server.session = 'another';
    await client.account.signIn({ userName: 'cy', password: 'secret' });
    expect(bob.getSnapshot()).toBeUndefined();
    await server.pass(10);
    expect(bob.getSnapshot()).toMatchObject({ displayName: 'Bob' });
  });

  for (const [what, answer] of [
    ['is on its way', undefined],
    ['was refused for now', refused('busy', 1_000)],
  ] as const)
    test(`D4 what one has read and ${what} is not said in the name of whoever comes next`, async () => {
      const server = new ScriptedServer();
      server.conversations = [group({ seq: 9 }, { deliveredSeq: 9 })];
      const { client } = await online(server);
      server.answers['cursor.advance'] = () => answer;
      client.conversation(7).markRead();
      await server.pass(300);
      expect(server.sent('cursor.advance')).toHaveLength(1);
      server.session = 'another';
      await client.account.signIn({ userName: 'bob', password: 'secret' });
      await server.pass(60_000);
      expect(server.sent('session.hello').map(({ params }) => params['token'])).toEqual(['token', 'another']);
      expect(server.sent('cursor.advance')).toHaveLength(1);
    });
});

/** One that takes a second for whatever changes the session. */
function slowStorage(server: ScriptedServer) {
  const kept = memoryStorage();
  const pause = (key: string) =>
    new Promise<void>((resolve) => server.environment.after(key === 'parley:session' ? 1_000 : 0, resolve));
  const set = (key: string, value: string) => pause(key).then(() => kept.set(key, value));
  return { kept, storage: { ...kept, set, delete: (key: string) => pause(key).then(() => kept.delete(key)) } };
}
