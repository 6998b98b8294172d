import { describe, expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import { online } from './scripted-client.ts';
import { refused } from './scripted-server.ts';

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
});
