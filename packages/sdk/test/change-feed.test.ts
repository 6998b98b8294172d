import { describe, expect, test } from 'bun:test';
import type { Message } from '@parley/protocol';
import { group } from './group.ts';
import { online } from './scripted-client.ts';
import { ok, ScriptedServer } from './scripted-server.ts';

const conversation = group({ id: 9, seq: 1, version: 1 });

function message(seq: number, version = seq): Message {
  return {
    conversationId: 9,
    seq,
    id: String(seq),
    version,
    senderId: 2,
    clientMsgId: `m${seq}`,
    createdAt: seq,
    content: { type: 'text', text: 'hi' },
  };
}

async function listening() {
  const server = new ScriptedServer();
  server.conversations = [conversation];
  const parts = await online(server);
  const heard: string[] = [];
  parts.client.on('message', ({ message }) => heard.push(`new ${message.seq}`));
  parts.client.on('message.updated', ({ message }) => heard.push(`updated ${message.seq}`));
  return { ...parts, heard };
}

describe('message events', () => {
  test('I9 come once and in order, also those whose pushes were lost or doubled', async () => {
    const { server, heard } = await listening();
    server.answers['message.sync'] = () =>
      ok({
        items: [message(3), message(2, 4), message(5)],
        users: [],
        hiddenSeqs: [],
        nextAfter: 5,
        hasMore: false,
        version: 5,
        seq: 5,
        minSeq: 1,
      });
    server.link.push({ push: 'message.changed', message: message(5) });
    await server.pass(0);
    server.link.push({ push: 'message.changed', message: message(5) });
    server.link.push({ push: 'message.changed', message: message(2, 6) });
    await server.pass(0);
    expect(heard).toEqual(['new 2', 'new 3', 'new 5', 'updated 2']);
    expect(server.sent('message.sync').map((frame) => frame.params)).toEqual([{ conversationId: 9, after: 1 }]);
  });

  test('D4 what came is confirmed as delivered, many in one command', async () => {
    const { server } = await listening();
    for (const seq of [2, 3, 4]) server.link.push({ push: 'message.changed', message: message(seq) });
    await server.pass(300);
    expect(server.sent('cursor.advance').map((frame) => frame.params)).toEqual([
      { conversationId: 9, deliveredSeq: 4 },
    ]);
  });

  test('can be read with for await, and end with the client', async () => {
    const { server, client } = await listening();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of client) if (event.type === 'message') seen.push(event.message.id);
    })();
    server.link.push({ push: 'message.changed', message: message(2) });
    server.link.push({ push: 'message.changed', message: message(3) });
    await server.pass(0);
    await client.close();
    await reading;
    expect(seen).toEqual(['2', '3']);
  });
});
