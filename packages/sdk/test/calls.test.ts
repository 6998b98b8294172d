import { describe, expect, test } from 'bun:test';
import { online } from './scripted-client.ts';

const caught = (error: unknown): unknown => error;

describe('an error', () => {
  test('keeps everything the server said of it', async () => {
    const { server, client } = await online();
    const fields = [{ pointer: '/bio', message: 'too long' }];
    const error = { code: 'invalid-params', message: 'No.', retryable: false, fields, requestId: 'r-7' };
    server.answers['account.update'] = () => ({ error });
    const refused = client.account.update({ bio: 'x' }).catch(caught);
    await server.pass(0);
    expect(await refused).toMatchObject({ ...error, status: 422 });
  });

  test('F21 of a newer server is an error like any other, and says whether to try again', async () => {
    const { server, client } = await online();
    server.answers['account.update'] = () => ({ error: { code: 'out-of-tea', message: 'Later.', retryable: true } });
    const refused = client.account.update({}).catch(caught);
    await server.pass(0);
    expect(await refused).toMatchObject({ code: 'out-of-tea', message: 'Later.', retryable: true, status: 500 });
  });
});

describe('a signal', () => {
  test('cuts the waiting for an answer short with its reason, and leaves nothing behind', async () => {
    const { server, client } = await online();
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [
      client.conversation(7).edit(1, 'x', { signal }),
      client.conversations.join(7, { signal }),
      client.account.block(2, { signal }),
      client.conversation(7).message(1, { signal }),
    ].map((call) => call.catch(caught));
    await server.pass(0);
    controller.abort(new Error('changed my mind'));
    for (const outcome of await Promise.all(calls)) expect(outcome).toEqual(new Error('changed my mind'));
    expect(await client.account.devices({ signal }).catch(caught)).toEqual(new Error('changed my mind'));
  });

  test('ends the stream of events', async () => {
    const { server, client } = await online();
    const controller = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of client.events({ signal: controller.signal })) seen.push(event.type);
    })();
    server.link.push({ push: 'typing', conversationId: 1, userId: 2, isTyping: true });
    await server.pass(0);
    controller.abort();
    await reading;
    expect(seen).toEqual(['push']);
  });
});

describe('sendAndWait', () => {
  test('given up by time or signal leaves the message queued; aborted before, it is not sent at all', async () => {
    const { server, client } = await online();
    const conversation = client.conversation(7);
    const late = conversation.sendAndWait('one', { clientMsgId: 'm1', timeoutMs: 1_000 }).catch(caught);
    await server.pass(1_000);
    expect(await late).toMatchObject({ code: 'deadline-exceeded' });
    const signal = AbortSignal.abort(new Error('no'));
    const never = conversation.sendAndWait('two', { clientMsgId: 'm2', signal }).catch(caught);
    expect(await never).toEqual(new Error('no'));
    expect(conversation.messages.getSnapshot().items.map((item) => [item.clientMsgId, item.state])).toEqual([
      ['m1', 'sending'],
    ]);
  });
});

describe('events', () => {
  test('on() returns what stops it; a stream that is not read ends with busy', async () => {
    const { server, client } = await online();
    const heard: string[] = [];
    const stop = client.on('push', ({ push }) => heard.push(push.push));
    const stream = client.events()[Symbol.asyncIterator]();
    const push = { push: 'typing', conversationId: 1, userId: 2, isTyping: true } as const;
    server.link.push(push);
    stop();
    for (let n = 0; n < 10_000; n++) server.link.push(push);
    expect(heard).toEqual(['typing']);
    expect(await stream.next().catch(caught)).toMatchObject({ code: 'busy' });
  });
});
