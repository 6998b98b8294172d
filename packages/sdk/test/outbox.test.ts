import { describe, expect, test } from 'bun:test';
import type { ClientEvent, KeyValueStorage } from '../src/contract.ts';
import { outboxEntriesMax } from '../src/outbox.ts';
import { memoryStorage } from '../src/storage.ts';
import { ackOf, online, open } from './scripted-client.ts';
import { refused, ScriptedServer, type SentFrame } from './scripted-server.ts';

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

  test('a damaged entry is left out and told of; the others go out', async () => {
    const { storage } = open();
    const entry = { conversationId: 7, content: { type: 'text', text: 'fine' }, createdAt: 1 };
    const kept = {
      'parley:outbox:1:7:m1': JSON.stringify({ ...entry, clientMsgId: 'm1', order: 1 }),
      'parley:outbox:1:7:m2': '{"conversationId":7,"clientM',
      'parley:outbox:1:7:m3': JSON.stringify({ ...entry, clientMsgId: 'm3', order: 3, content: { type: 'text' } }),
      'parley:outbox:1:7:m4': JSON.stringify({ ...entry, clientMsgId: 'm4', order: 4 }),
      'parley:outbox:1:7:m5': 'null',
    };
    for (const [key, value] of Object.entries(kept)) await storage.set(key, value);
    const { server, events } = await watched(storage);
    await server.pass(0);
    expect(idsSent(server)).toEqual(['m1', 'm4']);
    expect(events.filter(({ type }) => type === 'storage')).toHaveLength(3);
    expect((await storage.keys('parley:outbox:')).length).toBe(3);
  });

  test('a storage that refuses is told of once, and stops nothing', async () => {
    const storage = { ...memoryStorage(), set: () => Promise.reject(new Error('The disk is full.')) };
    const { server, client, events } = await watched(storage);
    server.answers['message.send'] = ackOf;
    await Promise.all(['m1', 'm2'].map((clientMsgId) => client.conversation(7).send('on its way', { clientMsgId })));
    await server.pass(0);
    expect(idsSent(server)).toEqual(['m1', 'm2']);
    expect(events.filter(({ type }) => type === 'storage')).toMatchObject([{ problem: 'not-kept' }]);
  });

  test('a storage that never answers holds a message up for seconds, not for good', async () => {
    const storage = { ...memoryStorage(), set: () => new Promise<void>(() => undefined) };
    const { server, client } = await watched(storage);
    server.answers['message.send'] = ackOf;
    const outcome = client.conversation(7).sendAndWait('slow', { clientMsgId: 'm1' });
    await server.pass(4_999);
    expect(idsSent(server)).toEqual([]);
    await server.pass(1);
    expect(await outcome).toMatchObject({ seq: 1 });
  });

  test('what is written before the account is known is kept and sent once it is, after what was kept', async () => {
    const first = await online();
    first.server.link.lose();
    await first.client.conversation(7).send('earlier', { clientMsgId: 'm1' });
    await first.client.close();
    const { server, client } = open(new ScriptedServer(), first.storage);
    server.answers['message.send'] = ackOf;
    const resolved: string[] = [];
    const sent = client.conversation(7).send('later', { clientMsgId: 'm2' });
    void sent.then((id) => resolved.push(id));
    await server.pass(0);
    expect([resolved, shown(client)]).toEqual([[], ['m2']]);
    void client.connect();
    await server.pass(0);
    expect([resolved, idsSent(server)]).toEqual([['m2'], ['m1', 'm2']]);
    expect(shown(client)).toEqual(['m1', 'm2']);
  });

  test('D3 F12 a clock that was put back between two runs changes no order, in any later run', async () => {
    const { storage } = open();
    const sends = async (clientMsgId: string, now: number) => {
      const parts = open(new ScriptedServer(now), storage);
      void parts.client.connect();
      await parts.server.pass(0);
      parts.server.link.lose();
      await parts.client.conversation(7).send('on its way', { clientMsgId });
      await parts.client.close();
    };
    await sends('m1', 9_000_000);
    await sends('m2', 5_000_000);
    const { server } = await watched(storage);
    await server.pass(0);
    expect(idsSent(server)).toEqual(['m1', 'm2']);
  });

  test('the same clientMsgId is one message; another one under it is a conflict; a failed one is tried again', async () => {
    const { server, client } = await online();
    const conversation = client.conversation(7);
    await conversation.send('one', { clientMsgId: 'm1' });
    await conversation.send('one', { clientMsgId: 'm1' });
    expect(await codeOf(conversation.send('two', { clientMsgId: 'm1' }))).toBe('client-msg-id-conflict');
    server.link.reply(server.sent('message.send')[0]!, refused('muted'));
    await server.pass(0);
    server.answers['message.send'] = ackOf;
    expect(await conversation.sendAndWait('one', { clientMsgId: 'm1' })).toMatchObject({ seq: 1 });
  });

  test('5,000 wait at most, and all of them go out', async () => {
    const { server, client } = await online();
    server.link.lose();
    const ids = Array.from({ length: outboxEntriesMax }, (_, n) => `m${n + 1}`);
    await Promise.all(ids.map((clientMsgId) => client.conversation(7).send('one of many', { clientMsgId })));
    expect(await codeOf(client.conversation(8).send('too many'))).toBe('busy');
    expect(await codeOf(client.conversation(8).sendAndWait('too many'))).toBe('busy');
    server.answers['message.send'] = ackOf;
    client.connection.retryNow();
    while (server.sent('message.send').length < ids.length) await server.pass(0);
    expect(idsSent(server)).toEqual(ids);
  });

  test('D3 a message discarded while it is out does not let two be out at once', async () => {
    const { server, client } = await online();
    const conversation = client.conversation(7);
    await conversation.send('one', { clientMsgId: 'm1' });
    await conversation.send('two', { clientMsgId: 'm2' });
    await conversation.discard('m1');
    await server.pass(0);
    expect(idsSent(server)).toEqual(['m1']);
    server.link.reply(server.sent('message.send')[0]!, ackOf(server.sent('message.send')[0]!));
    await server.pass(0);
    expect(idsSent(server)).toEqual(['m1', 'm2']);
  });

  test('D3 what a draining node still owes when it goes is sent again over the new link', async () => {
    const { server, client } = await online();
    await client.conversation(7).send('one', { clientMsgId: 'm1' });
    server.link.push({ push: 'server.draining', retryAfterMs: 100 });
    await server.pass(100);
    server.answers['message.send'] = ackOf;
    server.links[0]?.lose();
    await server.pass(0);
    expect([server.links.length, idsSent(server)]).toEqual([2, ['m1', 'm1']]);
    expect(await codeOf(client.conversation(7).discard('m1'))).toBe('resolved');
  });

  test('a lost or damaged kept session is no more than signed out', async () => {
    const { storage } = open();
    await storage.set('parley:session', '{"tok');
    const { client, server } = open(new ScriptedServer(), storage, {});
    void client.connect();
    await server.pass(0);
    expect(client.account.getSnapshot().status).toBe('signed-out');
  });
});

async function watched(storage: KeyValueStorage) {
  const parts = open(new ScriptedServer(), storage);
  const events: ClientEvent[] = [];
  parts.client.on('storage', (event) => events.push(event));
  parts.server.answers['message.send'] = ackOf;
  void parts.client.connect();
  await parts.server.pass(0);
  return { ...parts, events };
}

function idsSent(server: ScriptedServer): unknown[] {
  return server.sent('message.send').map(({ params }: SentFrame) => params['clientMsgId']);
}

function shown(client: ReturnType<typeof open>['client']): string[] {
  return client
    .conversation(7)
    .messages.getSnapshot()
    .items.map((item) => item.clientMsgId);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: unknown }).code,
  );
}
