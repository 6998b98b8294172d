import { describe, expect, test } from 'bun:test';
import { ackOf, online, open } from './scripted-client.ts';
import { refused, ScriptedServer } from './scripted-server.ts';

describe('outbox', () => {
  test('D3 what is unacknowledged goes again after a loss, in order, before anything new', async () => {
    const { server, client } = await online();
    const conversation = client.conversation(7);
    await conversation.send('one', { clientMsgId: 'm1' });
    await conversation.send('two', { clientMsgId: 'm2' });
    await server.pass(0);
    server.link.lose();
    await conversation.send('three', { clientMsgId: 'm3' });
    server.answers['message.send'] = ackOf;
    await server.pass(250);
    expect(server.sent('message.send').map((frame) => frame.params['clientMsgId'])).toEqual(['m1', 'm1', 'm2', 'm3']);
  });

  test('D2 what was queued survives a reload and keeps its clientMsgId', async () => {
    const first = await online();
    first.server.link.lose();
    await first.client.conversation(7).send('kept', { clientMsgId: 'm1' });
    await first.client.close();
    const { server, client } = open(new ScriptedServer(), first.storage);
    server.answers['message.send'] = ackOf;
    void client.connect();
    await server.pass(0);
    expect(server.sent('message.send').map((frame) => frame.params)).toEqual([
      { conversationId: 7, clientMsgId: 'm1', content: { type: 'text', text: 'kept' } },
    ]);
    expect(await first.storage.keys('parley:outbox:')).toEqual([]);
  });

  test('D11 busy waits as long as the server says', async () => {
    const { server, client } = await online();
    server.answers['message.send'] = () => refused('busy', 5_000);
    const sent = client.conversation(7).sendAndWait('hello', { clientMsgId: 'm1' });
    await server.pass(4_999);
    expect(server.sent('message.send')).toHaveLength(1);
    server.answers['message.send'] = ackOf;
    await server.pass(1);
    expect(await sent).toMatchObject({ seq: 1 });
  });

  test('a refusal makes it failed, the next goes on; retry and discard end it', async () => {
    const { server, client } = await online();
    server.answers['message.send'] = (frame) =>
      frame.params['clientMsgId'] === 'm1' ? refused('muted') : ackOf(frame);
    const conversation = client.conversation(7);
    const outcome = conversation.sendAndWait('no', { clientMsgId: 'm1' }).catch((error: unknown) => error);
    const next = conversation.sendAndWait('yes', { clientMsgId: 'm2' });
    await server.pass(0);
    expect([await outcome, await next]).toMatchObject([{ code: 'muted' }, { seq: 2 }]);
    expect(conversation.messages.getSnapshot().items.map((item) => item.state)).toEqual(['sent', 'failed']);
    await conversation.retry('m1');
    await server.pass(0);
    expect(server.sent('message.send')).toHaveLength(3);
    await conversation.discard('m1');
    expect(conversation.messages.getSnapshot().items.map((item) => item.clientMsgId)).toEqual(['m2']);
  });
});
