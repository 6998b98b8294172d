import { expect, test } from 'bun:test';
import { group } from './group.ts';
import { online } from './scripted-client.ts';
import { refused, ScriptedServer } from './scripted-server.ts';

const caught = (error: unknown): unknown => error;

/** A client in the middle of everything that takes or waits for time. */
async function busy() {
  const server = new ScriptedServer();
  server.conversations = [group({ seq: 3, version: 3 })];
  const parts = await online(server);
  const { client } = parts;
  const conversation = client.conversation(7);
  conversation.messages.subscribe(() => undefined);
  const close = conversation.open();
  server.answers['message.send'] = () => refused('busy', 60_000);
  const calls = [conversation.sendAndWait('hello', { timeoutMs: 90_000 }), client.account.devices()];
  conversation.setTyping(true);
  conversation.markRead();
  client.presence.watch([2]);
  client.users.live(2);
  server.link.push({ push: 'typing', conversationId: 7, userId: 2, isTyping: true });
  server.link.push({ push: 'conversation.head', conversationId: 7, version: 9, seq: 9 });
  await server.pass(20);
  close();
  return { ...parts, outcomes: Promise.all(calls.map((call) => call.catch(caught))) };
}

test('a client that is closed leaves no timer behind, so that its program can end', async () => {
  const { server, client, outcomes } = await busy();
  expect(server.timersLeft).toBeGreaterThan(5);
  await client.close();
  // Who watches is told of the end, once a frame.
  await server.pass(40);
  expect(server.timersLeft).toBe(0);
  expect(await outcomes).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }]);
});

test('D4 one that is connected again says and asks what it still owes', async () => {
  const { server, client } = await busy();
  await client.close();
  const [before, asked] = [server.sent('cursor.advance').length, server.sent('user.lookup').length];
  void client.connect();
  await server.pass(1_000);
  expect(server.sent('cursor.advance').slice(before)).toMatchObject([{ params: { conversationId: 7, readSeq: 3 } }]);
  expect(server.sent('user.lookup').length).toBeGreaterThan(asked);
});
