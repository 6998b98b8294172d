import { expect, test } from 'bun:test';
import type { Conversation } from '@parley/protocol';
import { online } from './scripted-client.ts';
import { ok, ScriptedServer, welcome } from './scripted-server.ts';

const membership = {
  role: 'member',
  joinSeq: 0,
  readSeq: 0,
  deliveredSeq: 0,
  unreadCount: 5,
  mentionCount: 0,
  notify: 'all',
} as const;
const conversation: Conversation = {
  id: 9,
  kind: 'group',
  title: 'Team',
  topic: '',
  isListed: false,
  createdAt: 0,
  metaVersion: 0,
  seq: 5,
  version: 5,
  minSeq: 1,
  memberCount: 2,
  membership,
};

test('D4 what one has read stays read when the server says to forget the list, also before it knows of it', async () => {
  const server = new ScriptedServer();
  server.conversations = [conversation];
  const { client } = await online(server);
  server.link.lose();
  client.conversation(9).markRead();
  expect(client.conversations.get(9)).toMatchObject({ readSeq: 5, unreadCount: 0 });
  server.answers['session.hello'] = () => {
    const { result } = welcome([conversation]) as { result: object };
    return ok({ ...result, isReset: true });
  };
  const seen: (number | undefined)[] = [];
  client.conversation(9).view.subscribe(() => seen.push(client.conversations.get(9)?.readSeq));
  await server.pass(1_000);
  expect(client.connection.getSnapshot().status).toBe('online');
  expect(seen.filter((readSeq) => readSeq !== 5)).toEqual([]);
  expect(client.conversations.get(9)).toMatchObject({ readSeq: 5 });
  expect(server.sent('cursor.advance').at(-1)?.params).toMatchObject({ conversationId: 9, readSeq: 5 });
});
