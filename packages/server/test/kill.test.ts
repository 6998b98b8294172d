import { expect, test } from 'bun:test';
import type { Ack, Message, Result } from '@parley/protocol';
import { ServerProcess } from './server-process.ts';
import { http, Lost, SocketClient } from './socket-client.ts';

const rounds = 50;
const senders = 4;
const inFlight = 8;

interface Sender {
  readonly userId: number;
  readonly token: string;
  /** By clientMsgId: what was asked for, and the ack when there was one. */
  readonly sent: Map<string, { readonly text: string; ack?: Ack }>;
  next: number;
}

/** Sends without a pause until the server dies. The unacked of the round before go first, with their old keys. [D2, D3] */
async function sendUntilLost(server: ServerProcess, conversationId: number, sender: Sender): Promise<void> {
  const socket = await SocketClient.hello(server.socketUrl, sender.token).catch(unlessLost);
  if (socket === undefined) return;
  const unacked = [...sender.sent].filter(([, entry]) => entry.ack === undefined).map(([clientMsgId]) => clientMsgId);
  const one = async (clientMsgId: string): Promise<void> => {
    const entry = sender.sent.get(clientMsgId) ?? { text: `${sender.userId} says ${clientMsgId}` };
    sender.sent.set(clientMsgId, entry);
    Object.assign(entry, {
      ack: await socket.command('message.send', {
        conversationId,
        clientMsgId,
        content: { type: 'text', text: entry.text },
      }),
    });
  };
  const lane = async (): Promise<void> => {
    for (;;) await one(unacked.shift() ?? `m-${sender.userId}-${sender.next++}`);
  };
  await Promise.all(Array.from({ length: inFlight }, () => lane().catch(unlessLost)));
}

function unlessLost(error: unknown): undefined {
  if (!(error instanceof Lost)) throw error;
}

async function readAll(server: ServerProcess, conversationId: number, token: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0; ;) {
    const page = await http<Result<'message.history'>>(
      `${server.apiUrl}/conversations/${conversationId}/messages?after=${after}&limit=100`,
      { token },
    );
    messages.push(...page.items);
    if (!page.hasNewer) return messages;
    after = messages.at(-1)?.seq ?? after;
  }
}

test(`D1 F1 I1–I7 ${rounds} kills under load lose no acked message, double none, and leave no hole`, async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const people: Sender[] = [];
  for (let index = 0; index < senders; index++) {
    const { token, account } = await http<Result<'account.register'>>(`${server.apiUrl}/accounts`, {
      body: { userName: `killer${index}`, password: 'correct horse battery' },
    });
    people.push({ userId: account.id, token, sent: new Map(), next: 1 });
  }
  const [owner] = people as [Sender];
  const { conversation } = await http<Result<'conversation.create'>>(`${server.apiUrl}/conversations`, {
    token: owner.token,
    body: { kind: 'group', title: 'Kill me', memberIds: people.slice(1).map((sender) => sender.userId) },
  });

  for (let round = 0; round < rounds; round++) {
    const load = Promise.all(people.map((sender) => sendUntilLost(server, conversation.id, sender)));
    await Bun.sleep(20 + Math.random() * 180);
    await server.kill();
    await load;
    await server.start();
  }

  const stored = await readAll(server, conversation.id, owner.token);
  expect(stored.map((message) => message.seq)).toEqual(Array.from({ length: stored.length }, (_, index) => index + 1));
  const byKey = Map.groupBy(stored, (message) => `${message.senderId} ${message.clientMsgId}`);
  expect([...byKey.values()].filter((copies) => copies.length > 1)).toEqual([]);
  expect(new Set(stored.map((message) => message.id)).size).toBe(stored.length);
  let acked = 0;
  for (const sender of people) {
    for (const [clientMsgId, { text, ack }] of sender.sent) {
      const message = byKey.get(`${sender.userId} ${clientMsgId}`)?.[0];
      if (ack !== undefined) {
        acked++;
        expect(message).toMatchObject({ id: ack.id, seq: ack.seq, createdAt: ack.createdAt });
      }
      if (message !== undefined) expect(message.content).toEqual({ type: 'text', text });
    }
  }
  const known = new Set(people.flatMap((sender) => [...sender.sent.keys()].map((key) => `${sender.userId} ${key}`)));
  expect(
    stored.filter(
      (message) => message.content.type !== 'system' && !known.has(`${message.senderId} ${message.clientMsgId}`),
    ),
  ).toEqual([]);
  expect(acked).toBeGreaterThan(rounds * senders);
}, 300_000);
