import { describe, expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import { group } from './group.ts';
import { online } from './scripted-client.ts';
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
