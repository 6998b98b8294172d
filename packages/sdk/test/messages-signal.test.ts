import { expect, test } from 'bun:test';
import { group } from './group.ts';
import { online } from './scripted-client.ts';
import { ok, ScriptedServer } from './scripted-server.ts';

const caught = (error: unknown): unknown => error;
const reason = new Error('changed my mind');

function page(from: number, to: number): object {
  const items = Array.from({ length: to - from + 1 }, (_, index) => ({
    conversationId: 7,
    seq: from + index,
    id: String(from + index),
    version: from + index,
    senderId: 2,
    clientMsgId: `m${from + index}`,
    createdAt: 0,
    content: { type: 'text', text: 'hi' },
  }));
  return ok({ items, users: [], hiddenSeqs: [], hasOlder: from > 1, hasNewer: to < 9, version: 9, seq: 9, minSeq: 1 });
}

/** A conversation that shows 4 to 6 of 9 messages, and a server that says nothing more. */
async function opened() {
  const server = new ScriptedServer();
  server.conversations = [group({ seq: 9, version: 9 })];
  const { client } = await online(server);
  server.answers['message.history'] = () => page(4, 6);
  const { messages } = client.conversation(7);
  const loaded = messages.jumpTo(5);
  await server.pass(0);
  await loaded;
  server.answers['message.history'] = () => undefined;
  return { server, messages };
}

test('every way to load messages takes a signal and a time', async () => {
  const { server, messages } = await opened();
  const controller = new AbortController();
  const { signal } = controller;
  const ways = [
    (options: object) => messages.loadOlder(options),
    (options: object) => messages.loadNewer(options),
    (options: object) => messages.jumpTo(1, options),
    (options: object) => messages.jumpToLatest(options),
    (options: object) => messages.reload(options),
  ] as const;
  for (const way of ways) {
    const late = way({ timeoutMs: 50 }).catch(caught);
    await server.pass(50);
    expect(await late).toMatchObject({ code: 'deadline-exceeded' });
    await server.pass(20_000);
  }
  const calls = [messages.jumpTo(1, { signal }), messages.reload({ signal })].map((call) => call.catch(caught));
  await server.pass(0);
  controller.abort(reason);
  expect(await Promise.all(calls)).toEqual([reason, reason]);
  const asked = server.sent('message.history').length;
  for (const way of ways) expect(await way({ signal }).catch(caught)).toBe(reason);
  await server.pass(0);
  expect(server.sent('message.history')).toHaveLength(asked);
});

test('a signal ends the waiting of whoever gave it, not the loading others wait for', async () => {
  const { server, messages } = await opened();
  const controller = new AbortController();
  const [first, second] = [messages.loadOlder({ signal: controller.signal }).catch(caught), messages.loadOlder()];
  await server.pass(0);
  controller.abort(reason);
  expect(await first).toBe(reason);
  server.link.reply(server.sent('message.history').at(-1)!, page(1, 3));
  await second;
  expect(server.sent('message.history')).toHaveLength(2);
  expect(messages.getSnapshot()).toMatchObject({ hasOlder: false, isLoadingOlder: false });
});
